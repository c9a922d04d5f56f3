"""Samples of lag, one or many: each a snapshot with what follows from it and from those before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.lag.advice import Advice
from eventq.core.lag.known import KnownTopics
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, Snapshot
from eventq.core.lag.time_lag import consumed
from eventq.core.lag.trend import trends
from eventq.core.lag.window import Window
from eventq.loops.lag.snapshot import LagReader, Question, take
from eventq.loops.lag.time_lag import TimeLags

Advise = Callable[[Snapshot, GroupLag, Window], Advice]
"""What a full window says of a group of the snapshot that it was given last."""

_ADVICE_SECONDS = 10.0
_PARTITIONS_AT_ONCE = 1000
"""Partitions about which advice is found in one sample."""


@dataclass(frozen=True)
class Pace:
    """Seconds between two samples, seconds that trends look back on, and how many samples (None: no end)."""

    interval: float = 1.0
    window: float = 60.0
    samples: int | None = None


def look(reader: LagReader, question: Question, clock: Clock, time_lags: TimeLags | None = None) -> Sample:
    """One sample alone: a watch that ends at once. `time_lags` None: nobody asks how old it all is."""
    found = take(reader, question, clock)
    return _judged(found, Window(Pace.window), Sample(found), time_lags, clock)


def watch(
    reader: LagReader,
    question: Question,
    clock: Clock,
    pause: Callable[[float], bool],
    pace: Pace,
    time_lags: TimeLags | None = None,
    advise: Advise | None = None,
) -> Iterator[Sample]:
    """A sample each interval, as many as `pace` says or until `pause` says True.

    While nothing answers the last snapshot comes again, marked stale; trends then span the gap.
    """
    last, due = Sample(Snapshot(clock.now(), ())), clock.monotonic()
    seen, known = Window(pace.window), KnownTopics()
    taken, advices = 0, _Advices(advise, pace.window)
    while True:
        try:
            last = _judged(take(reader, question, clock, known), seen, last, time_lags, clock)
            last = replace(last, advice=advices.of(last.snapshot, seen, clock.monotonic()))
        except EventqError as error:
            yield Sample(last.snapshot, error=str(error))
        else:
            yield last
        taken += 1
        due = max(due + pace.interval, clock.monotonic())
        if taken == pace.samples or pause(max(0.0, due - clock.monotonic())):
            return


def _judged(
    snapshot: Snapshot, window: Window, last: Sample, time_lags: TimeLags | None, clock: Clock
) -> Sample:
    """`snapshot.at` lies between its reads of commits and of ends; the trend's clock never goes back."""
    at = clock.monotonic() - (clock.now() - snapshot.at)
    ages = time_lags.of(snapshot, at, clock.now) if time_lags else {}
    found = consumed(snapshot, ages)
    window.add(at, found)
    return Sample(found, trends(found, window, last.trends), ages)


class _Advices:
    """Of each group anew every ten seconds, the oldest first, once a window has been seen."""

    def __init__(self, advise: Advise | None, seconds: float) -> None:
        self._advise, self._seconds = advise, seconds
        self._found: dict[str, tuple[float, Advice]] = {}
        self._began: dict[str, float] = {}

    def of(self, snapshot: Snapshot, window: Window, at: float) -> dict[str, Advice]:
        if self._advise is None:
            return {}
        names = {group.group for group in snapshot.groups}
        self._began = {name: self._began.get(name, at) for name in names}
        self._found = {name: found for name, found in self._found.items() if name in names}
        room = _PARTITIONS_AT_ONCE
        for group in sorted(snapshot.groups, key=lambda one: self._found_at(one.group)):
            full = at - self._began[group.group] >= self._seconds
            if not full or room <= 0 or at - self._found_at(group.group) < _ADVICE_SECONDS:
                continue
            room -= len(group.partitions)
            self._found[group.group] = at, self._advise(snapshot, group, window)
        return {name: advice for name, (_, advice) in self._found.items()}

    def _found_at(self, name: str) -> float:
        return self._found[name][0] if name in self._found else float("-inf")
