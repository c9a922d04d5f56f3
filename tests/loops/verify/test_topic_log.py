"""Partitions are read to their pinned ends, whatever is in them, and no further."""

from collections.abc import Mapping

import pytest

from eventq.core.errors import EventqError
from eventq.core.ledger.lines import OfferLine
from eventq.core.verify.findings import Findings
from eventq.core.verify.log_pass import LogPass, PartitionLog
from eventq.core.verify.records import LogSlice
from eventq.core.verify.runs import Runs
from eventq.core.verify.stamps import StampKind, Stamps
from eventq.core.verify.state import Sources
from eventq.loops.verify.topic_log import read_log
from tests.verify_world import TestClock, run_line, value


class Script:
    """Gives out what is written down, poll by poll; `positions` after each."""

    def __init__(self, polls: list[list[tuple[int, list[int]]]], positions: Mapping[int, int]) -> None:
        self._polls, self._positions = polls, positions
        self.clock = TestClock()
        self.began: Mapping[int, int] = {}
        self.left: list[int] = []

    def begin(self, offsets: Mapping[int, int]) -> None:
        self.began = dict(offsets)

    def poll(self, seconds: float) -> list[LogSlice]:
        if not self._polls:
            self.clock.sleep(seconds)
            return []
        return [LogSlice(p, at, [value(k) for k in at], list) for p, at in self._polls.pop(0)]

    def positions(self) -> Mapping[int, int]:
        return self._positions if not self._polls else {}

    def leave(self, partition: int) -> None:
        self.left.append(partition)


def read(script: Script, ends: Mapping[int, int]) -> dict[int, int]:
    """How many records of each partition were taken."""
    runs = Runs()
    runs.add(runs.begin(run_line(), "f"), OfferLine(100))
    partitions = {p: PartitionLog(p, 0, end, end) for p, end in ends.items()}
    sources = Sources(log=True, sink=False)
    to = LogPass(runs, Stamps(runs, StampKind.ID), partitions, sources, Findings())
    for records in read_log(script, "orders", partitions, script.clock):
        to.take(records)
    return {partition: count.records for partition, count in to.counts.items()}


def test_records_at_or_beyond_the_pinned_end_are_not_taken() -> None:
    script = Script([[(0, [0, 1]), (1, [0])], [(0, [2, 3, 4]), (1, [1])]], {})
    assert read(script, {0: 3, 1: 2}) == {0: 3, 1: 2}
    assert sorted(script.left) == [0, 1]


def test_an_end_without_records_is_reached_by_position() -> None:
    script = Script([[(0, [0, 1])], []], {0: 6})
    assert read(script, {0: 6, 1: 0}) == {0: 2, 1: 0}
    assert script.began == {0: 0}


def test_nothing_for_a_minute_is_an_error_that_names_the_place() -> None:
    with pytest.raises(EventqError, match="nothing more came of orders:0 for 60 s, at offset 2 of 6"):
        read(Script([[(0, [0, 1])]], {0: 2}), {0: 6})


def test_a_log_that_goes_back_is_an_error_and_no_duplicate() -> None:
    with pytest.raises(EventqError, match="went back from offset 3 to 0"):
        read(Script([[(0, [0, 1, 2])], [(0, [0, 1])]], {}), {0: 6})
