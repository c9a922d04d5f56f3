"""`eventq report merge`, without a broker: reports in, one report out."""

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume import report_merge as consume_merge
from eventq.core.consume import report_reading as consume_reading
from eventq.core.consume.on_malformed import parse_on_malformed
from eventq.core.consume.report import (
    ConsumeReport,
    Injected,
    MalformedRecord,
    MemberReport,
    Reset,
    Tally,
)
from eventq.core.ledger.lines import Fate
from eventq.core.produce import report_merge as produce_merge
from eventq.core.produce import report_reading as produce_reading
from eventq.core.produce.report import Deliveries, Offered, ProduceReport
from eventq.core.produce.stage_report import SendSpan, StageOffered, StageReport
from eventq.core.produce.stages import NANO, LoadStage
from eventq.core.produce.transactions import TransactionEnd, TransactionPlan
from eventq.core.produce.worker_fault import InjectedKill
from eventq.core.quantiles import Histogram
from eventq.views.consume.report import document as consume_document
from eventq.views.produce.report import document as produce_document
from tests.in_process import Done, eventq

START = 1_790_000_000.25
STAGE = LoadStage(10 * NANO, Fraction(100), Fraction(100))


def histogram(values: Sequence[float]) -> Histogram:
    found = Histogram()
    for value in values:
        found.add(value)
    return found


def produced(index: int, of: int = 2, *, passes: int = 1, **more: Any) -> ProduceReport:
    """Every `of`-th event of a load that is sent a little late."""
    numbers = range(index, 1000, of)
    late = [0.001 * (n % 17) for n in numbers]
    slip = histogram([value * 1000 for value in late])
    first, last = START + numbers[0] / 100 + late[0], START + numbers[-1] / 100 + late[-1]
    offered = Offered(len(numbers), 97 * len(numbers), 0, first, last, slip)
    deliveries = Deliveries()
    deliveries.acknowledge(index % 3, 10 * index, 10 * index + len(numbers) - 4, len(numbers) - 3)
    for value in late[3:]:
        deliveries.time(value * 1000 + 5, last + 0.5)
    deliveries.refuse(Fate.FAILED, "MESSAGE_TOO_LARGE", 2)
    deliveries.lose("TIMED_OUT")
    deliveries.aborted += 4
    deliveries.transactions[TransactionEnd.ABORTED] += 2
    stage = StageOffered(slip_ms=slip)
    for turn in range(passes):
        count = len(numbers) // passes
        due = (10 * turn + index) * NANO // 100
        sent = START + due / NANO + 0.001
        span = SendSpan(count, sent, sent + (count - 1) * of / 100, due, due + (count - 1) * of * NANO // 100)
        stage.add(turn, span)
    report = ProduceReport(
        topic="orders",
        run="372d8a68",
        client="librdkafka",
        acknowledged=True,
        start=START,
        seconds=10.5,
        target_rate=100 / of,
        offered=offered,
        deliveries=deliveries,
        stamp="id",
        ledger="run.ledger",
        epoch=START,
        stages=(StageReport(1, STAGE, stage),),
        shard=None if of == 1 else f"{index}/{of}",
        transactions=TransactionPlan(50, "eventq.372d8a68", 60.0, Fraction(1, 8)),
        seed=7,
        injected=(InjectedKill(index, 1.25, 100),),
        fault_seed=42,
    )
    return replace(report, **more)


def consumed(number: int, group: str = "billing") -> ConsumeReport:
    latency = histogram([number + 10.0, 20.0])
    tally = Tally(5, 4, 1, 7 * number, START + number, START + number + 2, latency)
    reset = Reset(number, 30, 90, 60)
    member = MemberReport(1, 4711, (number,), 2, "SIGKILL", tally, 3, (reset,), 9)
    return ConsumeReport(
        "orders",
        group,
        "kafka-python",
        2.5 + number,
        tally,
        9,
        (reset,),
        3 + number,
        (member, replace(member, number=2, pid=None, exit=None)),
        {number: 390, 7: 10 + number},
        tuple(MalformedRecord(number, offset, "an empty value") for offset in range(4)),
        delivery="at-most-once",
        sink="sqlite:a.db",
        on_malformed=parse_on_malformed("dead-letter:dead"),
        injected=(Injected("kill", 2, 3.25, 1000),),
        fault_seed=42,
    )


def through_json(report: ProduceReport) -> ProduceReport:
    return produce_reading.read_report(json.loads(json.dumps(produce_document(report))))


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == pytest.approx(other, rel=1e-3) if isinstance(one, float) else bool(one == other)


def test_a_report_of_either_kind_comes_back_from_its_json() -> None:
    report, group = produce_document(produced(1)), consume_document(consumed(1))
    assert alike(produce_document(produce_reading.read_report(report)), report)
    assert alike(consume_document(consume_reading.read_report(group)), group)


@pytest.mark.parametrize("shards", [1, 2, 3, 10])
def test_the_shards_of_a_load_make_the_document_of_one_run(shards: int) -> None:
    parts = [produced(index, shards) for index in range(shards)]
    found = produce_document(produce_merge.merged_report([through_json(part) for part in parts]))
    offered, deliveries, stage = Offered(), Deliveries(), StageOffered()
    for part in parts:
        offered.merge(part.offered)
        deliveries.merge(part.deliveries)
        stage.merge(part.stages[0].offered)
    whole = replace(
        parts[0],
        offered=offered,
        deliveries=deliveries,
        target_rate=100.0,
        shard=None,
        stages=(StageReport(1, STAGE, stage),),
        injected=tuple(kill for part in parts for kill in part.injected),
    )
    assert alike(found, produce_document(whole))
    alone = produce_document(produced(0, 1))
    assert found["slip_ms"] == alone["slip_ms"]
    assert found["achieved_rate"] == alone["achieved_rate"]
    assert found["stages"][0]["target_rate"] == alone["stages"][0]["target_rate"] == 100


def test_the_passes_of_a_looped_stage_stay_what_they_add_up_to() -> None:
    parts = [through_json(produced(index, passes=5)) for index in range(2)]
    (stage,) = produce_document(produce_merge.merged_report(parts))["stages"]
    assert (stage["offered"], stage["passes"]) == (1000, 5)
    assert stage["target_rate"] == pytest.approx(100, rel=0.02)
    assert stage["achieved_rate"] == pytest.approx(100, rel=0.02)


def test_reports_of_several_starts_count_from_the_first() -> None:
    later = produced(1, start=START, epoch=START + 60)
    merged = produce_merge.merged_report([through_json(produced(0)), through_json(later)])
    assert merged.start == START
    assert merged.seconds == pytest.approx(70.5)
    assert merged.stages[0].offered.turns[0].last_due == pytest.approx(69.99 * NANO)


def test_the_members_of_several_machines_make_the_report_of_one_group() -> None:
    found = consume_document(consume_merge.merged_report([consumed(1), consumed(2)]))
    assert [member["member"] for member in found["members"]] == [1, 2, 3, 4]
    assert (found["received"], found["processed"], found["malformed"]) == (10, 8, 2)
    assert (found["rebalances"], found["seconds"], found["at_risk"]) == (5, 4.5, 14)
    assert found["rate"] == pytest.approx(8 / 3, rel=1e-3)
    assert {each["partition"]: each["offset"] for each in found["committed"]} == {1: 390, 2: 390, 7: 12}
    assert [fault["member"] for fault in found["injected"]] == [2, 4]
    assert len(found["malformed_first"]) == 5


@given(st.lists(st.floats(0, 1e7), max_size=50))
def test_a_distribution_comes_back_from_its_text(values: list[float]) -> None:
    made = histogram(values)
    read = Histogram.read(made.text, made.max)
    assert (read.counts, read.total, read.max) == (made.counts, made.total, made.max)


def files(folder: Path, *documents: Any) -> list[str]:
    for number, found in enumerate(documents):
        (folder / f"{number}.json").write_text(found if isinstance(found, str) else json.dumps(found))
    return [str(folder / f"{number}.json") for number in range(len(documents))]


def merge(folder: Path, *documents: Any) -> Done:
    return eventq("report", "merge", *files(folder, *documents))


def test_people_get_the_report_that_they_know(tmp_path: Path) -> None:
    done = merge(tmp_path, *(produce_document(produced(index)) for index in range(2)))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("994 of 1,000 events acknowledged by orders\n")
    done = merge(tmp_path, consume_document(consumed(1)), consume_document(consumed(2)))
    assert (done.returncode, done.stderr) == (0, "")
    assert "member 3 (pid 4711)" in done.stdout


def test_a_load_with_shards_missing_is_printed_and_is_an_error(tmp_path: Path) -> None:
    done = merge(tmp_path, *(produce_document(produced(index, 4)) for index in (3, 1)))
    assert done.returncode == 1
    assert "shard 1,3/4" in done.stdout
    assert "2 shards of the load missing: 0, 2" in done.stderr


PRODUCED, CONSUMED = produce_document(produced(0)), consume_document(consumed(1))


@pytest.mark.parametrize(
    ("documents", "why"),
    [
        ([PRODUCED, PRODUCED], "two reports of shard 0/2"),
        ([PRODUCED, produce_document(produced(1, 3))], "shards of different loads"),
        ([PRODUCED, produce_document(produced(1, shard=None))], "shards of different loads"),
        ([PRODUCED, CONSUMED], "reports of produce and of consume together"),
        ([PRODUCED, produce_document(produced(1, topic="payments"))], "reports of different topics"),
        ([PRODUCED, produce_document(produced(1, acknowledged=False))], "different settings of acks"),
        ([PRODUCED, produce_document(produced(1, stages=()))], "reports of different stages"),
        ([CONSUMED, consume_document(consumed(2, "audit"))], "different groups: audit, billing"),
        ([{**PRODUCED, "retried": 5}], "its retried can't be merged"),
        ([{**PRODUCED, "errors": {"X": "many"}}], "is no whole report"),
        ([{key: PRODUCED[key] for key in PRODUCED if key != "stages"}], "it has no stages"),
        ([{**PRODUCED, "started_at": "yesterday"}], "is no whole report"),
        ([{**PRODUCED, "shard": "x"}], "is no whole report"),
        ([{**PRODUCED, "shard": "7/4"}], "is no whole report"),
        ([{**PRODUCED, "offered": 1e400}], "can't be read"),
        ([{**CONSUMED, "on_malformed": "forget"}], "--on-malformed can't be 'forget'"),
        ([{**CONSUMED, "members": [5]}], "is no whole report"),
        (
            [{**CONSUMED, "latency_ms": {**CONSUMED["latency_ms"], "histogram": "1:2:3"}}],
            "is no whole report",
        ),
        (["[]"], "is no report"),
        (["{}"], "it has no started_at"),
        (["not JSON"], "it is not one JSON document"),
    ],
    ids=range(21),
)
def test_what_is_no_part_of_one_run_is_told(documents: list[Any], why: str, tmp_path: Path) -> None:
    done = merge(tmp_path, *documents)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert why in done.stderr


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = eventq("report", "merge", str(tmp_path / "none.json"))
    assert (done.returncode, "No such file" in done.stderr) == (2, True)
