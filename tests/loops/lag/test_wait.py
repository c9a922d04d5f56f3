"""How a wait ends: in which order it looks, when it gives up, and what it does while nothing answers."""

from collections.abc import Collection

import pytest

from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Range
from eventq.core.lag.snapshot import Assume, GroupLag, partition_lag
from eventq.core.lag.wait import Goal
from eventq.loops.lag.wait import LagWait, WaitLimits, WaitNow, WaitOutcome


class WaitHarness:
    """A clock and a group of one partition; each sleep is one turn of `script`."""

    def __init__(self, *script: "tuple[int | None, int] | str") -> None:
        self.script = list(script)
        self.seconds = 50.0
        self.slept: list[float] = []
        self.told: list[WaitNow] = []
        self.asked: list[Range] = []
        self.empty: set[Range] = set()

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        if len(self.script) > 1:
            self.script.pop(0)

    def read(self) -> GroupLag:
        turn = self.script[0]
        if turn == "down":
            raise EventqError("no broker answers")
        if isinstance(turn, str):
            return GroupLag("g", "Dead", "", None, 0, ())
        part = partition_lag(TopicPartition("t", 0), turn[0], Bounds(0, turn[1]), Assume.EARLIEST)
        return GroupLag("g", "Stable", "classic", None, 1, (part,))

    def find_empty(self, ranges: Collection[Range]) -> Collection[Range]:
        self.asked += ranges
        return self.empty & set(ranges)

    def wait(
        self, *, timeout: float = 10.0, stall: float | None = None, pinned: bool = False, strict: bool = False
    ) -> WaitOutcome:
        limits = WaitLimits(timeout, 0.5, stall, strict)
        goal = Goal(pins={} if pinned else None)
        self.run = LagWait(self.read, self.find_empty, goal, limits, self, self.told.append)
        return self.run.run()


def test_it_ends_at_the_first_look_that_finds_the_group_caught_up() -> None:
    harness = WaitHarness((3, 9), (9, 9), (9, 99))
    assert harness.wait() is WaitOutcome.REACHED
    assert harness.slept == [0.5]
    at_once = WaitHarness((9, 9))
    assert at_once.wait(timeout=0) is WaitOutcome.REACHED
    assert at_once.slept == []


def test_it_looks_once_more_at_the_very_end_of_its_time() -> None:
    harness = WaitHarness((3, 9))
    assert harness.wait(timeout=1.2) is WaitOutcome.TIMED_OUT
    assert harness.slept == pytest.approx([0.5, 0.5, 0.2])
    late = WaitHarness((3, 9), (3, 9), (3, 9), (9, 9))
    assert late.wait(timeout=1.2) is WaitOutcome.REACHED


def test_standing_still_is_a_stall_and_getting_on_is_not() -> None:
    still = WaitHarness((3, 9), (3, 30))
    assert still.wait(stall=1.0) is WaitOutcome.STALLED
    assert sum(still.slept) == pytest.approx(1.0)
    slow = WaitHarness((3, 9), (3, 9), (4, 9), (4, 9), (5, 9), (5, 9), (9, 9))
    assert slow.wait(stall=0.9) is WaitOutcome.REACHED


def test_a_group_that_does_not_exist_yet_does_not_stall() -> None:
    harness = WaitHarness(*["absent"] * 9, (9, 9))
    assert harness.wait(stall=1.0) is WaitOutcome.REACHED
    assert WaitHarness("absent").wait(stall=1.0, timeout=4) is WaitOutcome.TIMED_OUT


def test_a_group_that_must_exist_is_not_found() -> None:
    with pytest.raises(NotFound, match="no such group: g"):
        WaitHarness("absent").wait(strict=True)


def test_it_keeps_trying_while_no_broker_answers_and_that_is_no_stall() -> None:
    harness = WaitHarness((3, 9), *["down"] * 9, (9, 9))
    assert harness.wait(stall=1.0) is WaitOutcome.REACHED
    assert [now.error for now in harness.told][:3] == [None, "no broker answers", "no broker answers"]
    assert WaitHarness((3, 9), "down").wait() is WaitOutcome.TIMED_OUT


def test_what_can_never_satisfy_ends_the_wait_at_once() -> None:
    harness = WaitHarness((3, 9), (12, 9))
    assert harness.wait() is WaitOutcome.NEVER
    assert harness.slept == [0.5]


def test_pinned_ends_while_records_keep_arriving() -> None:
    assert WaitHarness((3, 9), (6, 60), (9, 600)).wait(pinned=True) is WaitOutcome.REACHED
    assert WaitHarness((3, 9), (6, 60), (9, 600)).wait() is WaitOutcome.TIMED_OUT


def test_a_resting_remainder_is_looked_into_once_and_may_hold_nothing_to_read() -> None:
    harness = WaitHarness((3, 9), (8, 9), (8, 9))
    harness.empty = {Range("t", 0, 8, 9)}
    assert harness.wait() is WaitOutcome.REACHED
    stuck = WaitHarness((3, 9), (3, 9), (3, 10))
    assert stuck.wait(timeout=3) is WaitOutcome.TIMED_OUT
    assert stuck.asked == [Range("t", 0, 3, 9)]
