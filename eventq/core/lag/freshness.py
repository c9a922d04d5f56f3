"""Whether an exporter has something to tell that is not too old."""

from dataclasses import dataclass

from eventq.core.lag.sample import Sample
from eventq.core.text import duration

INTERVALS = 3
"""A sample that is older than so many is no longer fresh: one that failed or was late is none yet."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """`read_at`: when Kafka was last read, by a monotonic clock (None: not yet); `took`: for how long.

    `error`: why it could not be read since.
    """

    read_at: float | None = None
    took: float = 0.0
    error: str | None = None

    def after(self, sample: Sample, took: float, at: float) -> "Freshness":
        if sample.stale:
            return Freshness(self.read_at, self.took, sample.error)
        return Freshness(at, took)

    def missing(self, interval: float, now: float) -> str | None:
        """Why it is not fresh, None when it is. Where a sample takes longer than `interval`, that counts."""
        why = f": {self.error}" if self.error else ""
        if self.read_at is None:
            return f"Kafka has not been read yet{why}"
        age, allowed = now - self.read_at, INTERVALS * max(interval, self.took)
        if age <= allowed:
            return None
        return f"Kafka was last read {duration(age)} ago, and every {duration(interval)} it should be{why}"
