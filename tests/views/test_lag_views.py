"""The same values as table, lines, JSON and CSV."""

from rich.console import Console

from eventq.core.lag import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag_reads import Member
from eventq.core.sample import Sample
from eventq.views import lag_csv
from eventq.views.lag import lines
from eventq.views.lag_json import document
from eventq.views.lag_live import frame
from eventq.views.lag_table import table

PARTS = (
    PartitionLag("orders", 0, Status.OK, 0, 40, 100, lag=60, member=Member("m-1", "c-1", "10.0.0.1")),
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
    assert "total lag >= 110" in table(ONE, 120)
    assert "total lag >= 110" in lines(ONE)


def test_lines_for_a_pipe_hold_no_escape_codes_and_name_the_group_in_each() -> None:
    text = lines(ONE)
    assert "\x1b" not in text
    assert sum(line.startswith("g ") for line in text.splitlines()) == 3


def test_csv_leaves_the_unknown_empty() -> None:
    rows = lag_csv.table(ONE).splitlines()
    assert rows[0] == ",".join(lag_csv.HEADER)
    assert rows[3] == "g,orders,2,,7,,,,0,error,,,the partition has no leader"


def test_a_frame_fits_its_terminal_and_counts_what_it_leaves_out() -> None:
    for width, height in ((80, 24), (200, 50), (40, 6)):
        console = Console(width=width, height=height)
        with console.capture() as captured:
            console.print(frame(Sample(MANY), width, height))
        drawn = captured.get().rstrip("\n").splitlines()
        assert len(drawn) <= height
        assert "not shown (deepest first)" in drawn[-1] or width < 80
