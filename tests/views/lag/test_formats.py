"""The same values as table, lines, JSON and CSV."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from eventq.core.lag.advice import Advice
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import Source, TimeLag
from eventq.core.lag.trend import trends
from eventq.core.lag.window import Window
from eventq.views.lag import csv as lag_csv
from eventq.views.lag.json import document, stream_document
from eventq.views.lag.lines import lines
from eventq.views.lag.live import frame
from eventq.views.lag.table import table
from eventq.views.lag.trend import sparkline

PARTS = (
    PartitionLag(
        "orders", 0, Status.OK, 0, 40, 100, lag=60, member=MemberDescription("m-1", "c-1", "10.0.0.1")
    ),
    PartitionLag("orders", 1, Status.LOSS, 50, 20, 100, lag=50, lost=30),
    PartitionLag("orders", 2, Status.ERROR, committed=7, error="the partition has no leader"),
)
ONE = Snapshot(0.0, (GroupLag("g", "Stable", "classic", "range", 1, PARTS, ("30 lost",)),))
MANY = Snapshot(
    0.0,
    tuple(
        GroupLag(f"g{n}", "Stable", "classic", None, 1, tuple(
            PartitionLag("a-topic-with-a-long-name" * 4, p, Status.OK, 0, 0, p, lag=p) for p in range(100)
        ))
        for n in range(3)
    ),
)  # fmt: skip


def test_json_says_null_for_what_is_unknown() -> None:
    found = document(Sample(ONE))
    one = found["groups"][0]
    assert found["at"] == "1970-01-01T00:00:00.000Z"
    assert (one["lag"], one["max_lag"], one["lost"], one["warnings"]) == (None, None, 30, ["30 lost"])
    assert one["partitions"][0]["member"] == {"member_id": "m-1", "client_id": "c-1", "host": "10.0.0.1"}
    assert (one["partitions"][2]["lag"], one["partitions"][2]["retained"]) == (None, None)


def test_a_total_with_unknown_parts_is_a_lower_bound_in_text() -> None:
    assert "total lag >= 110" in table(Sample(ONE), 120)
    assert "total lag >= 110" in lines(Sample(ONE))


def test_lines_for_a_pipe_hold_no_escape_codes_and_name_the_group_in_each() -> None:
    text = lines(Sample(ONE))
    assert "\x1b" not in text
    assert sum(line.startswith("g ") for line in text.splitlines()) == 3


def test_csv_leaves_the_unknown_empty() -> None:
    rows = lag_csv.table(Sample(ONE)).splitlines()
    assert rows[0] == ",".join(lag_csv.HEADER)
    assert rows[3] == "g,orders,2,,7,,,,0,error,,,the partition has no leader,,"


def test_a_frame_fits_its_terminal_and_counts_what_it_leaves_out() -> None:
    for width, height in ((80, 24), (200, 50), (40, 6)):
        console = Console(width=width, height=height)
        with console.capture() as captured:
            console.print(frame(Sample(MANY), width, height))
        drawn = captured.get().rstrip("\n").splitlines()
        assert len(drawn) <= height
        assert "not shown (largest lag first)" in drawn[-1] or width < 80


def watched() -> Sample:
    """A group whose partition 0 is stuck and whose partition 1 is being emptied, after 40 seconds."""
    window, snapshot = Window(30.0), Snapshot(0.0, ())
    for second in range(41):
        parts = tuple(
            PartitionLag(
                "orders", n, Status.OK, 0, committed, end, lag=end - committed, member=PARTS[0].member
            )
            for n, (committed, end) in enumerate([(40, 100 + second), (second * 10, 1000)])
        )
        snapshot = Snapshot(float(second), (GroupLag("g", "Stable", "classic", "range", 1, parts),))
        window.add(float(second), snapshot)
    ages = {("g", part.key): TimeLag(90.0 * part.partition, Source.FETCHED) for part in parts}
    return Sample(snapshot, trends(snapshot, window), ages)


def drawn(width: int, height: int) -> list[str]:
    console = Console(width=width, height=height)
    with console.capture() as captured:
        console.print(frame(watched(), width, height))
    return captured.get().splitlines()


def test_the_headline_says_verdict_evidence_eta_and_age_on_a_small_terminal_too() -> None:
    for width, height in ((80, 24), (200, 50)):
        found = drawn(width, height)
        assert re.match(r"STALL  [▁-█]+ orders:0: committed offset 40 unchanged for 40 s", found[2])
        assert "ETA never  time lag 90 s" in found[3]
        assert "arrival 1.0/s  consume 10.0/s" in found[3]
        assert len(max(found, key=len)) <= width
    assert (
        found[4].split()
        == "topic part committed end lag depth arrive/s consume/s time lag ETA verdict status".split()
    )
    assert found[5].split()[-6:] == ["90", "s", "60", "s", "OK", "ok"]


def test_json_has_trend_verdict_and_age_of_group_and_partition() -> None:
    group = document(watched())["groups"][0]
    assert (group["arrival_rate"], group["consume_rate"], group["lag_slope"]) == (1.0, 10.0, -9.0)
    assert (group["verdict"], group["eta_state"], group["eta_seconds"]) == ("STALL", "never", None)
    assert (group["time_lag_seconds"], group["time_lag_source"]) == (90.0, "fetched")
    assert (group["hottest"], group["skew"]) == ("orders:1", 1.714)
    second = group["partitions"][1]
    assert (second["verdict"], second["eta_state"], second["eta_seconds"]) == ("OK", "finite", 60.0)


def test_a_stale_sample_repeats_what_was_read_and_claims_nothing_that_follows() -> None:
    found = stream_document(Sample(watched().snapshot, error="no broker answers"))
    group = found["groups"][0]
    assert (found["stale"], found["error"], group["lag"]) == (True, "no broker answers", 700)
    assert (group["verdict"], group["evidence"], group["eta_state"], group["skew"]) == (
        None,
        None,
        "unknown",
        None,
    )


def test_a_snapshots_text_has_the_verdict_that_one_sample_can_tell() -> None:
    gone = PartitionLag("orders", 0, Status.OK, 0, 40, 100, lag=60)
    snapshot, window = Snapshot(0.0, (GroupLag("g", "Empty", "classic", None, 0, (gone,)),)), Window(60.0)
    window.add(0.0, snapshot)
    text = lines(Sample(snapshot, trends(snapshot, window)))
    assert "total lag 60  max 60  STOP: orders:0: no live member and 60 records unread" in text


@given(st.lists(st.integers(0, 10**12), max_size=300), st.integers(1, 50))
def test_a_sparkline_fits_and_shows_its_highest(values: list[int], width: int) -> None:
    found = sparkline(values, width)
    assert len(found) == min(width, len(values))
    assert not any(values) or "█" in found


def test_a_terminal_of_which_nothing_is_known_has_the_width_that_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert max(map(len, table(Sample(MANY), 150).splitlines())) > 80
    assert "\x1b" not in table(Sample(MANY), 150)


def test_watch_shows_the_answer_of_an_advice_in_one_line_and_json_has_all_of_it() -> None:
    said = "1 more member would keep up (3 instead of 2)."
    advised = replace(watched(), advice={"g": Advice(capacity=50.0, keep_up=3, evidence=(said, "why"))})
    console = Console(width=80, height=24)
    with console.capture() as captured:
        console.print(frame(advised, 80, 24))
    assert f"advice: {said}" in captured.get()
    group = stream_document(advised)["groups"][0]
    assert (group["advice"]["keep_up"], group["advice"]["evidence"]) == (3, [said, "why"])
    assert stream_document(watched())["groups"][0]["advice"] is None
