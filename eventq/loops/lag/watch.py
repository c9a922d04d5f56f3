"""Samples of lag, one or many: each a snapshot with what follows from it and from those before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.lag.known import KnownTopics
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Snapshot
from eventq.core.lag.time_lag import consumed
from eventq.core.lag.trend import trends
from eventq.core.lag.window import Window
from eventq.loops.lag.snapshot import LagReader, Question, take
from eventq.loops.lag.time_lag import TimeLags


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
) -> Iterator[Sample]:
    """A sample each interval, as many as `pace` says or until `pause` says True.

    While nothing answers the last snapshot comes again, marked stale; trends then span the gap.
    """
    last, due = Sample(Snapshot(clock.now(), ())), clock.monotonic()
    seen, known = Window(pace.window), KnownTopics()
    taken = 0
    while True:
        try:
            last = _judged(take(reader, question, clock, known), seen, last, time_lags, clock)
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
