"""Counts what is handed over by stage, with its slip."""

from bisect import bisect_left
from collections.abc import Sequence

from eventq.core.produce.pacing import Schedule
from eventq.core.produce.stage_report import SendSpan, StageOffered
from eventq.core.produce.stages import NANO
from eventq.core.quantiles import Histogram

_SLIPS_PER_BATCH = 8


class StageCounter:
    """`slip_ms` is that of all stages; event numbers never fall. Slip is in it after `collect`."""

    def __init__(self, schedule: Schedule, slip_ms: Histogram) -> None:
        self._due, self._place, self._slip_ms = schedule.due, schedule.place, slip_ms
        self.stages: dict[int, StageOffered] = {}
        self._stage, self._fresh = StageOffered(), Histogram()
        self._span = SendSpan(0, 0.0, 0.0, 0, 0)
        self._beyond = 0.0

    def count(self, numbers: Sequence[int], start: int, end: int, now: float, begin: float) -> None:
        """Those from `start` up to `end`, sent `now`; the schedule's clock started at `begin`."""
        while start < end:
            if numbers[start] >= self._beyond:
                self._enter(numbers[start], now)
            stop = end if numbers[end - 1] < self._beyond else bisect_left(numbers, self._beyond, start, end)
            self._add(numbers[start:stop], now, now - begin)
            start = stop

    def collect(self) -> None:
        """Called several times a second, so that an event's slip is counted once and not for both."""
        if self._fresh.total:
            self._stage.slip_ms.merge(self._fresh)
            self._slip_ms.merge(self._fresh)
            self._fresh = Histogram()

    def _enter(self, number: int, now: float) -> None:
        """The next stage, or the same in its next pass."""
        self.collect()
        place = self._place(number)
        due = self._due(number)
        self._stage = self.stages.setdefault(place.stage, StageOffered())
        self._span = self._stage.turns[place.turn] = SendSpan(0, now, now, due, due)
        self._beyond = place.beyond

    def _add(self, numbers: Sequence[int], now: float, elapsed: float) -> None:
        """A few slips of a batch stand for all of it."""
        count, span, due = len(numbers), self._span, self._due
        step = -(-count // _SLIPS_PER_BATCH)
        moment = 0
        for i in range(0, count, step):
            moment = due(numbers[i])
            self._fresh.add(max(0.0, elapsed - moment / NANO) * 1000, min(step, count - i))
        span.count += count
        span.last_at = now
        span.last_due = moment if step == 1 else due(numbers[-1])
