"""What `eventq produce` makes of its options, without a broker."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from eventq.commands.options import Shared
from eventq.commands.produce.bound_options import BoundOptions
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.plan import produce_plan, topic_rules
from eventq.commands.produce.shard_options import ShardOptions
from eventq.commands.produce.transaction_options import TransactionOptions
from eventq.core.errors import UsageError
from eventq.core.parse import duration_if_given
from eventq.core.produce.keys import KeyKind, KeyRule
from eventq.core.produce.pacing import Paced, Unpaced
from eventq.core.produce.plan import Acks, ArrivalKind, Compression, InputFormat, LedgerPlan, Stamp
from eventq.core.produce.queue_bound import OnFull, QueueBound
from eventq.core.produce.stages import NANO, constant

pytestmark = pytest.mark.usefixtures("no_settings")


def test_without_options_it_sends_without_end_as_fast_as_it_can() -> None:
    plan = produce_plan(Shared(), ProduceOptions())
    assert plan.schedule == Unpaced()
    assert (plan.key, plan.workers, plan.input) == (KeyRule(), 1, None)
    send = plan.send
    assert (send.topic, send.partition, send.acks, send.compression) == (
        "default",
        None,
        Acks.ALL,
        Compression.NONE,
    )
    assert (send.linger_ms, send.batch_bytes) == (None, None)
    other = produce_plan(Shared(), ProduceOptions())
    assert (plan.run, plan.seed) != (other.run, other.seed)


def test_options_stand_in_the_plan() -> None:
    options = ProduceOptions(
        topic="orders",
        partition=3,
        rate="30/m",
        duration="1m",
        seed=7,
        key="zipf:100:1.1",
        workers=2,
        acks=Acks.LEADER,
        compression=Compression.LZ4,
        linger_ms=5,
        batch_bytes=1000,
    )
    plan = produce_plan(Shared(), options)
    paced = plan.schedule
    assert isinstance(paced, Paced)
    assert (paced.stages, paced.duration) == ((constant(Fraction(1, 2)),), 60 * NANO)
    assert (paced.total, paced.end) == (30, 58 * NANO)
    assert (plan.seed, plan.key, plan.workers) == (7, KeyRule(KeyKind.ZIPF, 100, 1.1), 2)
    send = plan.send
    assert (send.topic, send.partition, send.acks, send.compression) == (
        "orders",
        3,
        Acks.LEADER,
        Compression.LZ4,
    )
    assert (send.linger_ms, send.batch_bytes) == (5, 1000)


def test_settings_stand_in_the_plan_where_no_option_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_TOPIC", "payments")
    shared = Shared(properties=("acks=1", "compression.type=gzip", "linger.ms=20", "batch.size=99"))
    send = produce_plan(shared, ProduceOptions(compression=Compression.ZSTD)).send
    assert (send.topic, send.acks, send.compression) == ("payments", Acks.LEADER, Compression.ZSTD)
    assert (send.linger_ms, send.batch_bytes) == (20, 99)


def test_a_topic_grows_to_a_number_of_partitions_only_if_that_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = topic_rules(Shared(), ProduceOptions())
    assert (rules.partitions, rules.replicas, rules.asked, rules.create, rules.grow) == (
        10,
        1,
        False,
        True,
        True,
    )
    rules = topic_rules(Shared(), ProduceOptions(partitions=4, replicas=2, create=False, grow=False))
    assert (rules.partitions, rules.replicas, rules.asked, rules.create, rules.grow) == (
        4,
        2,
        True,
        False,
        False,
    )
    monkeypatch.setenv("KAFKA_PARTITIONS", "6")
    rules = topic_rules(Shared(connect_timeout="9s"), ProduceOptions())
    assert (rules.partitions, rules.asked) == (6, True)


REFUSED = [
    ({"partition": 0, "partitions": 3}, "--partition and --partitions exclude each other"),
    ({"max_slip": "5ms"}, "--max-slip without --rate or --stage"),
    ({"rate": "5", "stage": ("1s:5",)}, "--rate and --stage exclude each other"),
    ({"loop": True, "rate": "5", "duration": "1m"}, "--loop without --stage"),
    ({"loop": True, "stage": ("1s:5",)}, "--loop without an end"),
    ({"arrivals": ArrivalKind.POISSON}, "--arrivals poisson without --rate or --stage"),
    ({"stage": ("1s:5", "1s")}, "--stage 2, '1s': there is no colon"),
    ({"stage": ("1s:0",)}, "every --stage is a pause"),
    ({"rate": "1/d", "max_messages": 10**6}, "the last is due in more than a hundred years"),
    ({"rate": "1", "max_messages": 10**400}, "the last is due in more than a hundred years"),
    (
        {"rate": "1000000", "duration": "1h", "arrivals": ArrivalKind.POISSON},
        "--arrivals poisson of 3,600,000,000 events",
    ),
    ({"stage": ("5s:0", "1s:9"), "duration": "3s"}, "--duration 3s ends before the first event is due"),
    ({"duration": "0.0001us"}, "finer than a nanosecond"),
    ({"input": "-", "seed": 0}, "--seed with --input"),
    ({"input": "-", "key": "product"}, "--key with --input"),
    ({"input": "lines", "workers": 2}, "--workers with --input"),
    (
        {"input": "-", "seed": 1, "key": "product", "workers": 2},
        "--seed and --key and --workers with --input",
    ),
    ({"input": "-", "stamp": Stamp.ID}, "--stamp id with --input"),
    ({"input_format": InputFormat.EVENTS}, "--format without --input"),
    ({"input": "-", "keep_partition": True}, "--keep-partition without --format events"),
    ({"keep_timestamp": True, "keep_partition": True}, "--keep-partition and --keep-timestamp without"),
    (
        {"input": "-", "input_format": InputFormat.EVENTS, "keep_partition": True, "partition": 1},
        "--keep-partition and --partition exclude",
    ),
    ({"ledger_append": True}, "--ledger-append without --ledger"),
    ({"ledger": "ledger", "stamp": Stamp.NONE}, "--ledger with --stamp none"),
    ({"ledger": "ledger", "acks": Acks.NONE}, "--ledger with --acks 0"),
    ({"duration": "0s"}, "a --duration of 0 would never send"),
    ({"duration": "5"}, "not a duration: '5'"),
    ({"rate": "fast"}, "not a rate: 'fast'"),
    ({"rate": "0"}, "a rate of 0 would never send"),
    ({"key": "name"}, "not a kind of key: 'name'"),
    ({"key": "customer:0"}, "not a kind of key: 'customer:0'"),
    ({"key": "zipf:2000000:1"}, "at most 1000000"),
    ({"topic": ""}, "--topic is empty"),
    ({"topic": "no/name"}, "not a name for a topic: 'no/name'"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_options_that_cannot_mean_anything_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        produce_plan(Shared(), ProduceOptions(**options))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {"partition": 0},
        {"partitions": 3},
        {"rate": "5", "max_slip": "5ms"},
        {"input": "-", "rate": "5", "max_messages": 9, "partition": 1},
        {"rate": "5", "max_messages": 9, "duration": "1s"},
    ],
)
def test_options_that_exclude_others_are_accepted_without_them(options: dict[str, Any]) -> None:
    produce_plan(Shared(), ProduceOptions(**options))


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ("acks=2", "-X: acks is not all, 1 or 0: '2'"),
        ("compression.type=best", "-X: compression.type is not none"),
        ("linger.ms=soon", "linger"),
        ("batch.size=-1", "batch"),
    ],
)
def test_a_setting_that_no_option_could_have_is_refused_by_its_source(properties: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        produce_plan(Shared(properties=(properties,)), ProduceOptions())
    assert said in str(refused.value)


def test_a_profile_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / "eventq").mkdir()
    (tmp_path / "eventq" / "config.toml").write_text("[profiles.dev]\ntopic = 'from-profile'\n")
    assert produce_plan(Shared(profile="dev"), ProduceOptions()).send.topic == "from-profile"


def test_a_duration_that_was_not_given_is_none() -> None:
    assert (duration_if_given(None), duration_if_given("2s")) == (None, 2.0)


@pytest.mark.parametrize(
    ("options", "stamp"),
    [
        (ProduceOptions(), Stamp.NONE),
        (ProduceOptions(stamp=Stamp.ID), Stamp.ID),
        (ProduceOptions(input="-"), Stamp.NONE),
        (ProduceOptions(input="-", stamp=Stamp.HEADER), Stamp.HEADER),
        (ProduceOptions(ledger="ledger"), Stamp.ID),
        (ProduceOptions(ledger="ledger", input="-"), Stamp.HEADER),
        (ProduceOptions(ledger="ledger", stamp=Stamp.HEADER), Stamp.HEADER),
    ],
)
def test_events_say_which_they_are_where_somebody_may_ask(options: ProduceOptions, stamp: Stamp) -> None:
    assert produce_plan(Shared(), options).stamp is stamp


def test_a_ledger_is_one_new_file_a_worker_in_a_folder_that_is_there(tmp_path: Path) -> None:
    taken = tmp_path / "taken.1"
    taken.touch()
    path = str(tmp_path / "taken")
    assert produce_plan(Shared(), ProduceOptions(ledger=path)).ledger == LedgerPlan(path, append=False)
    with pytest.raises(UsageError, match=r"taken\.1 is there already"):
        produce_plan(Shared(), ProduceOptions(ledger=path, workers=2))
    appended = produce_plan(Shared(), ProduceOptions(ledger=path, workers=2, ledger_append=True))
    assert appended.ledger == LedgerPlan(path, append=True)
    with pytest.raises(UsageError, match="there is no such folder"):
        produce_plan(Shared(), ProduceOptions(ledger=str(tmp_path / "none" / "ledger")))


@pytest.mark.parametrize("path", ["", "x" * 300, "taken/ledger"])
def test_a_ledger_that_cannot_be_a_file_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").touch()
    with pytest.raises(UsageError, match=r"can't be written|is there already"):
        produce_plan(Shared(), ProduceOptions(ledger=path))


AT = "2026-12-01T12:00:00Z"


def test_the_parts_of_a_load_have_what_makes_them_one_in_common() -> None:
    options = ProduceOptions(
        topic="orders", stage=("1s:100", "1s:5..50"), arrivals=ArrivalKind.POISSON, workers=2
    )
    plans = [produce_plan(Shared(), options, ShardOptions(f"{index}/3", AT)) for index in range(3)]
    assert len({plan.run for plan in plans}) == len({plan.seed for plan in plans}) == 1
    assert {plan.start for plan in plans} == {1_796_126_400 * NANO}
    shares = [plan.share(worker) for plan in plans for worker in range(2)]
    assert sorted(share.worker for share in shares) == list(range(6))
    assert {share.workers for share in shares} == {6}
    totals = [plan.total or 0 for plan in plans]
    assert sum(totals) == plans[0].schedule.total
    later = produce_plan(Shared(), options, ShardOptions("0/3", "2026-12-01T12:00:01Z"))
    assert later.run != plans[0].run


def test_a_shard_can_be_told_by_the_index_of_an_indexed_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "2")
    assert str(produce_plan(Shared(), ProduceOptions(), ShardOptions("4", AT)).shard) == "2/4"
    assert str(produce_plan(Shared(), ProduceOptions(), ShardOptions("1/4", AT)).shard) == "1/4"


@pytest.mark.parametrize(
    ("given", "index", "why"),
    [
        ("4", None, "--shard '4' does not say which, and JOB_COMPLETION_INDEX is not set"),
        ("4", "", "JOB_COMPLETION_INDEX is not set"),
        ("4", "x", "JOB_COMPLETION_INDEX is not the number of a shard: 'x'"),
        ("4", "4", "--shard '4' with JOB_COMPLETION_INDEX '4': no shard from 0/N to N-1/N"),
        ("4/4", None, "no shard from 0/N to N-1/N"),
        ("-1/4", None, "no shard from 0/N to N-1/N"),
        ("0/0", None, "no shard from 0/N to N-1/N"),
        ("0/70000", None, "N at most 65536"),
        ("/4", None, "no shard from 0/N to N-1/N"),
        ("", None, "does not say which"),
    ],
)
def test_what_is_no_shard_is_told(
    given: str, index: str | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOB_COMPLETION_INDEX", raising=False)
    if index is not None:
        monkeypatch.setenv("JOB_COMPLETION_INDEX", index)
    with pytest.raises(UsageError) as raised:
        produce_plan(Shared(), ProduceOptions(), ShardOptions(given, AT))
    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("options", "sharding", "why"),
    [
        ({}, ShardOptions("0/2"), "--shard without --start-at"),
        ({"input": "-"}, ShardOptions("0/2", AT), "--shard with --input"),
        ({"workers": 40_000}, ShardOptions("0/2", AT), "more than 65536 workers"),
        ({}, ShardOptions(None, "soon"), "--start-at is no time: 'soon'"),
        ({}, ShardOptions(None, "12"), "--start-at is no time: '12'"),
    ],
)
def test_options_of_several_machines_that_mean_nothing_are_refused(
    options: dict[str, Any], sharding: ShardOptions, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        produce_plan(Shared(), ProduceOptions(**options), sharding)


BOUNDED: dict[str, Any] = {"max_lag": 100}


@pytest.mark.parametrize(
    ("bound", "options", "said"),
    [
        ({"bound_group": "g", "resume_lag": 5}, {}, "--bound-group and --resume-lag without --max-lag"),
        ({**BOUNDED, "resume_lag": 100}, {}, "--resume-lag 100 is not below --max-lag 100"),
        ({**BOUNDED, "resume_lag": 1, "on_full": OnFull.DROP}, {}, "--resume-lag with --on-full drop"),
        ({**BOUNDED, "bound_timeout": "0s"}, {}, "--bound-timeout of 0"),
        (BOUNDED, {"acks": Acks.NONE}, "--max-lag with acks 0"),
        (BOUNDED, {"acks": Acks.LEADER}, "--max-lag with acks 1"),
        ({**BOUNDED, "on_full": OnFull.DROP}, {}, "--on-full drop without --rate or --stage"),
    ],
)
def test_a_bound_that_could_not_hold_is_refused(
    bound: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        produce_plan(Shared(), ProduceOptions(**options), bound=BoundOptions(**bound))


def test_a_bound_is_refused_beside_shards_and_transactions() -> None:
    bound = BoundOptions(**BOUNDED)
    with pytest.raises(UsageError, match="--max-lag with --shard"):
        produce_plan(Shared(), ProduceOptions(rate="5"), ShardOptions("0/2", AT), bound=bound)
    with pytest.raises(UsageError, match="--max-lag with --transaction"):
        produce_plan(Shared(), ProduceOptions(), transactions=TransactionOptions(transaction=10), bound=bound)


def test_a_bound_waits_down_to_four_fifths_and_is_that_of_the_groups_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_GROUP_ID", "billing")
    bound = produce_plan(Shared(), ProduceOptions(), bound=BoundOptions(**BOUNDED)).bound
    assert bound == QueueBound("billing", 100, OnFull.BLOCK, 80)
    assert produce_plan(Shared(), ProduceOptions()).bound is None
