"""Shows a recording again: each sample after the time that lay before it, as fast as asked."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from eventq.core.clock import Clock
from eventq.core.lag.sample import Sample

_HISTORY_SAMPLES = 60  # samples that the line of a group's lag goes back
_HOLD_SECONDS = 3600.0


def replay(
    samples: Iterable[Sample],
    clock: Clock,
    pause: Callable[[float], bool],
    speed: float,
    *,
    hold: bool = False,
) -> Iterator[Sample]:
    """Until the end or until `pause` says True; with `hold` the last sample stays until then.

    While no broker answered the time did not go on in the recording: those samples keep the step before.
    """
    due, last, step = clock.monotonic(), None, 0.0
    lags: defaultdict[str, deque[int]] = defaultdict(partial(deque, maxlen=_HISTORY_SAMPLES))
    for sample in samples:
        at = sample.snapshot.at
        if last is not None:
            step = at - last if at > last else step
            due += step / speed
            if pause(max(0.0, due - clock.monotonic())):
                return
        last = at
        yield _with_lags(sample, lags)
    while hold and not pause(_HOLD_SECONDS):
        pass


def _with_lags(sample: Sample, lags: defaultdict[str, deque[int]]) -> Sample:
    """What is drawn of the past is not in the documents: it was in those before."""
    if not sample.stale:
        for group in sample.snapshot.groups:
            lags[group.group].append(group.known_lag)
    trends = {name: replace(trend, lags=tuple(lags[name])) for name, trend in sample.trends.items()}
    return replace(sample, trends=trends)
