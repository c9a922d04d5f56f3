from io import StringIO

import pytest
from rich.console import Console

from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.consume.report import (
    ConsumeReport,
    GroupNow,
    MalformedRecord,
    MemberNow,
    MemberReport,
    Tally,
)
from eventq.views.consume.live import frame
from eventq.views.consume.report import document, progress_line, ranges, report_text


def group(members: int) -> GroupNow:
    """The member with the higher number is further behind."""
    rows = tuple(
        MemberNow(n, 4000 + n, "consuming", (n,), 10 * n, 2.5, (n, 10 * n), n) for n in range(1, members + 1)
    )
    return GroupNow("orders", "billing", 12.0, rows, 100, 90, 1, 12.5, 2, 7, "10 of 20 committed")


def lines(now: GroupNow, width: int, height: int) -> list[str]:
    console = Console(file=StringIO(), width=width, height=height)
    with console.capture() as captured:
        console.print(frame(now, width, height))
    return captured.get().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50)])
@pytest.mark.parametrize("members", [0, 1, 17, 18, 19, 60])
def test_the_table_fits_whatever_the_number_of_members(members: int, width: int, height: int) -> None:
    shown = lines(group(members), width, height)
    assert len(shown) < height
    assert all(len(line) <= width for line in shown)
    rows = [line for line in shown if "consuming" in line]
    left_out = members - len(rows)
    assert any(f"and {left_out} more members" in line for line in shown) == (left_out > 0)


def test_members_that_are_left_out_are_those_that_are_least_behind() -> None:
    shown = [line for line in lines(group(60), 80, 24) if "consuming" in line]
    assert shown[0].split()[:3] == ["60", "4060", "consuming"]


def test_totals_are_in_the_table_and_in_the_line_for_a_pipe() -> None:
    shown = lines(group(2), 80, 24)
    assert shown[0].rstrip() == "orders · group billing · 10 of 20 committed"
    assert shown[1].rstrip() == "90 processed · 12/s · queue depth 7 · 2 rebalances · 1 malformed"
    assert (
        progress_line(group(2))
        == "12 s: 90 processed, 1 malformed, 12/s, queue depth 7, 2 of 2 members have partitions"
    )


def test_partitions_are_shown_as_runs() -> None:
    assert ranges((3, 0, 1, 2, 7)) == "0-3, 7"
    assert ranges(()) == "none"


def test_a_report_without_an_event_has_null_for_what_is_unknown_and_lists() -> None:
    report = ConsumeReport("t", "g", "kafka-python", 1.5, Tally(), 0, (), 0, (), {}, ())
    found = document(report)
    assert (found["rate"], found["latency_ms"]["max"]) == (None, None)
    assert found["members"] == found["committed"] == found["resets"] == found["malformed_first"] == []


@pytest.mark.parametrize(
    ("asked", "count", "said"),
    [
        (OnMalformed(), 0, "malformed: 3\n"),
        (OnMalformed(MalformedRule.DEAD_LETTER), 3, "malformed: 3, dead letters in the sink\n"),
        (OnMalformed(MalformedRule.DEAD_LETTER, "bad"), 3, "malformed: 3, dead letters in topic bad\n"),
    ],
    ids=["skipped", "in the sink", "in a topic"],
)
def test_a_report_says_how_many_dead_letters_there_are_and_where(
    asked: OnMalformed, count: int, said: str
) -> None:
    member = MemberReport(1, 7, (0,), 0, 0, Tally(malformed=3), 1, (), 0)
    report = ConsumeReport(
        "t", "g", "kafka-python", 1.5, Tally(malformed=3), 0, (), 0, (member,), {}, (), on_malformed=asked
    )
    found = document(report)
    assert found["on_malformed"] == asked.text
    assert found["dead_letters"] == found["members"][0]["dead_letters"] == count
    assert said in report_text(report)


def test_the_first_malformed_events_are_named_in_json() -> None:
    spoiled = (MalformedRecord(1, 17, "an empty value"),)
    report = ConsumeReport("t", "g", "kafka-python", 1.5, Tally(malformed=1), 0, (), 0, (), {}, spoiled)
    assert document(report)["malformed_first"] == [
        {"topic": "t", "partition": 1, "offset": 17, "reason": "an empty value"}
    ]
