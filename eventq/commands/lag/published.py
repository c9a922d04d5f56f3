"""What the exporter tells whoever asks: the last sample's metrics, and whether they are fresh."""

import time
from collections.abc import Callable

from prometheus_client.core import Metric

from eventq.commands.output import say
from eventq.core.lag.export import Sampling
from eventq.core.lag.freshness import Freshness
from eventq.core.lag.labels import Labels
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Snapshot
from eventq.views.lag.prometheus import families

Push = Callable[[tuple[list[Metric], float]], None]


class Published:
    """Handed over in one assignment; before the first sample there is only eventq_up.

    `interval`: seconds between two samples; `push` takes metrics and the time at which they were read.
    """

    def __init__(self, labels: Labels, interval: float, push: Push | None) -> None:
        self._labels, self._interval, self._push = labels, interval, push
        self._fresh = Freshness()
        self._now = families(Sample(Snapshot(0.0, ()), error="not sampled yet"), Sampling(), labels)

    def families(self) -> list[Metric]:
        return self._now

    def missing(self) -> str | None:
        """Why it is not ready, None when it is."""
        return self._fresh.missing(self._interval, time.monotonic())

    def take(self, sample: Sample, sampling: Sampling) -> None:
        before, self._now = self._fresh.error, families(sample, sampling, self._labels)
        self._fresh = self._fresh.after(sample, sampling.seconds, time.monotonic())
        if self._push is not None:
            self._push((self._now, time.time() if sample.stale else sample.snapshot.at))
        if (sample.error is None) != (before is None):
            say("Kafka can be read again" if sample.error is None else f"{sample.error}; keeps trying")
