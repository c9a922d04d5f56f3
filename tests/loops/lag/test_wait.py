"""How a wait ends: in which order it looks, when it gives up, and what it does while nothing answers."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import Assume, GroupLag, partition_lag
from eventq.core.lag.wait import Goal
from eventq.loops.lag.wait import LagWait, WaitLimits, WaitNow, WaitOutcome


class WaitHarness:
    """A clock and a group: each sleep is one turn of `script`, (committed, end) of one or more partitions."""

    def __init__(self, *script: "tuple[int | None, int] | Sequence[tuple[int | None, int]] | str") -> None:
        self.script = list(script)
        self.seconds = 50.0
        self.slept: list[float] = []
        self.told: list[WaitNow] = []
        self.asked: list[Range] = []
        self.empty: set[Range] = set()
        self.unreadable = 0

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
        parts = tuple(
            partition_lag(TopicPartition("t", n), committed, Bounds(0, end), Assume.EARLIEST)
            for n, (committed, end) in enumerate(turn if isinstance(turn, list) else [turn])
        )
        return GroupLag("g", "Stable", "classic", None, 1, parts)

    def find(self, ranges: Collection[Range]) -> Mapping[Range, FirstRecord]:
        self.asked += ranges
        self.unreadable -= 1
        if self.unreadable >= 0:
            return {rest: FirstRecord(error="not the leader") for rest in ranges}
        return {rest: FirstRecord(None if rest in self.empty else 1.0) for rest in ranges}

    def wait(
        self,
        *,
        timeout: float = 10.0,
        stall: float | None = None,
        pinned: bool = False,
        strict: bool = False,
        max_lag: int = 0,
    ) -> WaitOutcome:
        limits = WaitLimits(timeout, 0.5, stall, strict)
        goal = Goal(max_lag, pins={} if pinned else None)
        self.run = LagWait(self.read, self.find, goal, limits, self, self.told.append)
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


def stuck(harness: WaitHarness) -> list[int]:
    return sorted(key.partition for key in harness.run.now.stuck)


def test_one_partition_that_stands_still_is_a_stall_whatever_the_others_do() -> None:
    busy = WaitHarness(*[[(7 + n, 9 + n), (3, 9 + n), (n, n)] for n in range(30)])
    assert busy.wait(stall=2.0) is WaitOutcome.STALLED
    assert sum(busy.slept) == pytest.approx(2.0)
    assert stuck(busy) == [1]


def test_partitions_that_move_one_after_the_other_do_not_stall_while_each_moves_in_time() -> None:
    turns = [[(n // 3 * 3, 99), ((n + 1) // 3 * 3, 99), ((n + 2) // 3 * 3, 99)] for n in range(40)]
    assert WaitHarness(*turns).wait(stall=2.0, timeout=15) is WaitOutcome.TIMED_OUT


def test_a_partition_whose_record_has_only_just_arrived_has_the_whole_time_from_then_on() -> None:
    idle = [[(9, 9), (n, n + 1)] for n in range(6)]
    late = WaitHarness(*idle, *[[(9, 10), (n, n + 1)] for n in range(6, 30)])
    assert late.wait(stall=2.0) is WaitOutcome.STALLED
    assert sum(late.slept) == pytest.approx(5.0)
    assert stuck(late) == [0]


def test_a_commit_that_goes_back_is_no_standstill() -> None:
    harness = WaitHarness((8, 9), (8, 9), (2, 9), (2, 9), (4, 9), (4, 9), (9, 9))
    assert harness.wait(stall=1.4) is WaitOutcome.REACHED


def test_a_stuck_partition_within_the_lag_that_is_allowed_is_no_stall() -> None:
    turns = [[(6, 9), (n, 99)] for n in range(0, 99, 9)]
    assert WaitHarness(*turns, [(6, 9), (96, 99)]).wait(stall=1.0, max_lag=6) is WaitOutcome.REACHED
    assert WaitHarness(*turns).wait(stall=1.0, max_lag=2) is WaitOutcome.STALLED


def test_a_stuck_remainder_without_a_readable_record_is_no_stall_beside_others_that_move() -> None:
    harness = WaitHarness(*[[(8, 9), (n, 99)] for n in range(25)], [(8, 9), (99, 99)])
    harness.empty = {Range("t", 0, 8, 9)}
    assert harness.wait(stall=1.0, timeout=30) is WaitOutcome.REACHED
    assert sorted(harness.asked, key=lambda rest: rest.partition) == [
        Range("t", 0, 8, 9),
        Range("t", 1, 0, 99),
    ]  # where it began; the rest is on its way


def test_markers_that_come_under_traffic_are_looked_into_before_they_count_as_a_stall() -> None:
    harness = WaitHarness([(8, 8), (0, 99)], *[[(8, 9), (n, 99)] for n in range(1, 25)], [(8, 9), (99, 99)])
    harness.empty = {Range("t", 0, 8, 9)}
    assert harness.wait(stall=1.0, timeout=30) is WaitOutcome.REACHED


def test_a_remainder_that_could_not_be_read_is_looked_into_again() -> None:
    harness = WaitHarness((8, 9))
    harness.empty, harness.unreadable = {Range("t", 0, 8, 9)}, 2
    assert harness.wait() is WaitOutcome.REACHED
    assert len(harness.asked) == 3


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
