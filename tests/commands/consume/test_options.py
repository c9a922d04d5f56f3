"""What `eventq consume` makes of its options, without a broker."""

from typing import Any

import pytest

from eventq.commands import extras
from eventq.commands.consume.options import ConsumeOptions, ValueFormat
from eventq.commands.consume.plan import consume_plans
from eventq.commands.options import Client, Shared
from eventq.commands.redaction import MASK, redact
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.on_malformed import MalformedRule
from eventq.core.consume.work import Work
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation
from eventq.core.start import Start, StartKind

pytestmark = pytest.mark.usefixtures("no_settings")


def test_without_options_three_members_go_on_from_the_commits_until_they_are_stopped() -> None:
    group, member = consume_plans(Shared(), ConsumeOptions())
    assert (group.topic, group.group, group.count, group.restart) == ("default", "default", 3, True)
    assert (group.max_messages, group.pins, group.duration, group.timeout, group.idle_timeout) == (None,) * 5
    assert not group.has_goal
    assert (member.topic, member.group, member.client) == (group.topic, group.group, group.client)
    assert (member.start, member.read_committed, member.work) == (Start(), False, Work())
    assert (member.session_timeout, member.heartbeat_interval, member.commit_interval) == (10, 1, 1)
    assert (member.value_format, member.on_malformed.rule, member.events, member.limited) == (
        "purchase",
        MalformedRule.SKIP,
        False,
        False,
    )


def test_options_stand_in_the_plans() -> None:
    options = ConsumeOptions(
        topic="orders",
        group="billing",
        count=5,
        start="1200",
        isolation=Isolation.READ_COMMITTED,
        session_timeout="6s",
        heartbeat_interval="500ms",
        commit_interval="200ms",
        restart=False,
        max_messages=10,
        duration="2m",
        timeout="1m",
        idle_timeout="5s",
        work="5ms",
        events=True,
        value_format=ValueFormat.JSON,
        on_malformed="fail",
    )
    group, member = consume_plans(Shared(client=Client.KAFKA_PYTHON), options)
    assert (group.topic, group.group, group.client) == ("orders", "billing", "kafka-python")
    assert (group.count, group.restart, group.max_messages) == (5, False, 10)
    assert (group.duration, group.timeout, group.idle_timeout) == (120, 60, 5)
    assert (member.start, member.read_committed) == (Start(StartKind.OFFSET, 1200), True)
    assert (member.session_timeout, member.heartbeat_interval, member.commit_interval) == (6, 0.5, 0.2)
    assert (member.value_format, member.on_malformed.fails, member.events) == ("json", True, True)
    assert (member.work.mean, member.limited) == (0.005, True)


def test_settings_stand_in_the_plans_where_no_option_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_CONSUMER_COUNT", "7")
    monkeypatch.setenv("KAFKA_GROUP_ID", "billing")
    shared = Shared(properties=("session.timeout.ms=20000", "isolation.level=read_committed"))
    group, member = consume_plans(shared, ConsumeOptions(group="other"))
    assert (group.count, group.group) == (7, "other")
    assert (member.session_timeout, member.read_committed) == (20, True)


REFUSED = [
    ({"max_messages": 5, "until_end": True}, "--max-messages and --until-end are two goals"),
    ({"timeout": "5s"}, "--timeout is the time limit for a goal, and there is none"),
    ({"timeout": "5s", "duration": "9s"}, "--timeout is the time limit for a goal, and there is none"),
    (
        {"on_malformed": "fail", "value_format": ValueFormat.RAW},
        "--on-malformed fail with --format raw",
    ),
    (
        {"on_malformed": "dead-letter:bad", "value_format": ValueFormat.RAW},
        "--on-malformed dead-letter:bad with --format raw",
    ),
    ({"on_malformed": "dead-letter"}, "dead-letter without --sink: no table keeps them"),
    ({"on_malformed": "dead-letter", "sink": "jsonl:x"}, "dead-letter with a jsonl sink"),
    (
        {"on_malformed": "dead-letter:bad", "sink": "sqlite:x", "delivery": Delivery.EXACTLY_ONCE},
        "with --delivery exactly-once and a sqlite sink: the two can't be written in one transaction",
    ),
    ({"on_malformed": "dead-letter:orders", "topic": "orders"}, "that is the topic which is consumed"),
    ({"on_malformed": "dead-letter:default"}, "that is the topic which is consumed"),
    ({"on_malformed": "dead-letter:"}, "not a name for a topic: ''"),
    ({"on_malformed": "dead-letter:a b"}, "not a name for a topic: 'a b'"),
    ({"on_malformed": "skip:bad"}, "--on-malformed can't be 'skip:bad'"),
    ({"on_malformed": "ignore"}, "--on-malformed can't be 'ignore'"),
    ({"on_malformed": ""}, "--on-malformed can't be ''"),
    (
        {"retries": 3, "on_malformed": "dead-letter:bad", "delivery": Delivery.AT_MOST_ONCE},
        "--retries with a dead-letter topic under at-most-once",
    ),
    ({"retries": 3}, "--retries without --sink or a dead-letter topic"),
    ({"retries": 3, "retry_backoff": "1s", "on_malformed": "fail"}, "--retries and --retry-backoff without"),
    ({"from_beginning": True, "start": "1"}, "--from-beginning and --from say two different starts"),
    ({"start": "yesterday"}, "neither an offset nor a time: 'yesterday'"),
    ({"heartbeat_interval": "10s"}, "shorter than --session-timeout"),
    ({"heartbeat_interval": "5s", "session_timeout": "5s"}, "shorter than --session-timeout"),
    ({"heartbeat_interval": "0s"}, "--heartbeat-interval must be above 0"),
    ({"session_timeout": "soon"}, "--session-timeout: not a duration: 'soon'"),
    ({"work": "5"}, "not a time of work: '5'"),
    ({"work": "uniform:9ms..1ms"}, "is the wrong way round"),
    ({"commit_interval": "1"}, "not a duration: '1'"),
    ({"duration": "1"}, "not a duration: '1'"),
    ({"idle_timeout": "1"}, "not a duration: '1'"),
    ({"group": ""}, "--group is empty"),
    ({"topic": ""}, "--topic is empty"),
    ({"topic": "bad name"}, "not a name for a topic: 'bad name'"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_options_that_cannot_mean_anything_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        consume_plans(Shared(), ConsumeOptions(**options))
    assert said in str(refused.value)


def test_what_may_be_in_a_topic_already_is_sent_again_only_where_that_may_happen() -> None:
    asked: dict[str, Any] = {
        "on_malformed": "dead-letter:bad",
        "sink": "sqlite:x",
        "retries": 3,
        "retry_backoff": "2s",
    }
    for delivery, tries in ((Delivery.AT_LEAST_ONCE, 3), (Delivery.AT_MOST_ONCE, 0)):
        _, member = consume_plans(Shared(), ConsumeOptions(**asked, delivery=delivery))
        assert member.sink is not None
        assert (member.sink.retries, member.sink.backoff) == (3, 2)
        assert (member.on_malformed.retries, member.on_malformed.backoff) == (tries, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"max_messages": 5, "timeout": "5s"},
        {"until_end": True, "timeout": "5s", "duration": "9s"},
        {"on_malformed": "fail", "value_format": ValueFormat.JSON},
        {"on_malformed": "dead-letter", "sink": "sqlite:x"},
        {"on_malformed": "dead-letter", "sink": "sqlite:x", "delivery": Delivery.EXACTLY_ONCE},
        {"on_malformed": "dead-letter:bad", "retries": 3, "retry_backoff": "1s"},
        {"on_malformed": "dead-letter:bad", "sink": "jsonl:x", "delivery": Delivery.AT_MOST_ONCE},
        {"on_malformed": "dead-letter:bad", "sink": "sqlite:x"},
        {
            "on_malformed": "dead-letter:bad",
            "sink": "sqlite:x",
            "delivery": Delivery.AT_MOST_ONCE,
            "retries": 3,
        },
        {"value_format": ValueFormat.RAW},
        {"from_beginning": True},
        {"start": "2026-01-31T12:00:00Z"},
    ],
)
def test_options_that_exclude_others_are_accepted_without_them(options: dict[str, Any]) -> None:
    consume_plans(Shared(), ConsumeOptions(**options))


def test_a_sink_in_postgresql_is_shown_without_its_password_and_keeps_its_options() -> None:
    url = "postgresql://app:p%40ss@db/shop?sslmode=disable&options=-csearch_path%3Dx"
    _, member = consume_plans(Shared(), ConsumeOptions(sink=url, delivery=Delivery.EXACTLY_ONCE))
    assert member.sink is not None
    assert (member.sink.kind, member.sink.path) == ("postgresql", url)
    assert member.sink.name == "postgresql://app@db/shop"
    assert redact("it is p@ss or p%40ss") == f"it is {MASK} or {MASK}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://db/shop?sslmod=require", "sslmod"),
        ("postgresql://db/shop?table=t&id=i", "takes no table="),
        ("postgresql:db", "// is missing"),
    ],
)
def test_a_url_of_postgresql_that_it_does_not_know_is_refused_by_name(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        consume_plans(Shared(), ConsumeOptions(sink=url))


def test_a_driver_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="psycopg is not installed") as refused:
        consume_plans(Shared(), ConsumeOptions(sink="postgresql://db/shop"))
    assert refused.value.hint == "pip install 'eventq[postgres]'"


NEWER = "group.protocol=consumer"


@pytest.mark.parametrize(
    ("client", "properties", "options", "said"),
    [
        (Client.KAFKA_PYTHON, (NEWER,), {}, "group.protocol=consumer needs librdkafka"),
        (Client.LIBRDKAFKA, (NEWER,), {"session_timeout": "6s"}, "has no --session-timeout"),
        (Client.LIBRDKAFKA, (NEWER,), {"heartbeat_interval": "1s"}, "has no --heartbeat-interval"),
        (Client.LIBRDKAFKA, (NEWER, "heartbeat.interval.ms=500"), {}, "has no --heartbeat-interval"),
        (Client.LIBRDKAFKA, ("isolation.level=none",), {}, "--isolation by -X can't be 'none'"),
    ],
)
def test_settings_that_the_group_protocol_or_the_client_does_not_have_are_refused(
    client: Client, properties: tuple[str, ...], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        consume_plans(Shared(client=client, properties=properties), ConsumeOptions(**options))
    assert said in str(refused.value)


def test_the_newer_group_protocol_is_accepted_without_the_settings_that_the_broker_has() -> None:
    _, member = consume_plans(Shared(client=Client.LIBRDKAFKA, properties=(NEWER,)), ConsumeOptions())
    assert member.connection.properties["group.protocol"] == "consumer"


@pytest.mark.parametrize(
    ("rule", "ignored"), [("skip", True), ("dead-letter:bad", False)], ids=["skip", "dead-letter"]
)
def test_settings_of_producers_count_where_dead_letters_are_sent(
    capsys: pytest.CaptureFixture[str], rule: str, ignored: bool
) -> None:
    shared = Shared(verbose=True, properties=("delivery.timeout.ms=5000", "fetch.min.bytes=2"))
    consume_plans(shared, ConsumeOptions(on_malformed=rule))
    said = capsys.readouterr().err
    assert f"delivery.timeout.ms 5000 (-X{', ignored here' if ignored else ''})" in said
    assert "fetch.min.bytes 2 (-X)" in said
