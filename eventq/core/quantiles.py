"""Quantiles of many numbers in little memory: counts in buckets that grow by 1 %, which can be merged."""

import math
from collections import Counter
from collections.abc import Sequence

_GROWTH = math.log(1.01)


class Histogram:
    """Non-negative numbers; a quantile is right within 1 %, the maximum is exact, below 0.001 all is 0."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.total = 0
        self.max: float | None = None

    def add(self, value: float, times: int = 1) -> None:
        self.counts[_bucket(value)] += times
        self.total += times
        self.max = value if self.max is None else max(self.max, value)

    def add_ages(self, now: int, moments: Sequence[int]) -> None:
        """`now` less each of the moments, not below 0; quick where those are alike, as in a batch.

        A moment below 0 is Kafka's way to say that a record has no timestamp: it is left out.
        """
        if min(moments) < 0:
            moments = [moment for moment in moments if moment >= 0]
        if not moments:
            return
        oldest, youngest = max(0, now - min(moments)), max(0, now - max(moments))
        if _bucket(oldest) == _bucket(youngest):
            self.add(oldest, len(moments))
            return
        for moment, times in Counter(moments).items():
            self.add(max(0, now - moment), times)

    def merge(self, other: "Histogram") -> None:
        self.counts.update(other.counts)
        self.total += other.total
        if other.max is not None:
            self.max = other.max if self.max is None else max(self.max, other.max)

    @property
    def text(self) -> str:
        """All that it knows but the maximum, `value:times` in order: 0:3 12.4:50 12.5:7."""
        return " ".join(f"{_value(bucket):.4g}:{self.counts[bucket]}" for bucket in sorted(self.counts))

    @classmethod
    def read(cls, text: str, most: float | None) -> "Histogram":
        """Of `text` and `max`; ValueError for what is none."""
        found = cls()
        for part in text.split():
            value, times = part.split(":")
            found.counts[_bucket(float(value))] += int(times)
        found.total, found.max = found.counts.total(), most
        if (most is None) != (not found.total):
            raise ValueError("no maximum, or nothing that it is of")
        return found

    def quantile(self, share: float) -> float | None:
        """The value that `share` (0 to 1) of all do not exceed; None without any."""
        if self.max is None:
            return None
        wanted, seen = max(1, math.ceil(share * self.total)), 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return min(_value(bucket), self.max)
        return self.max


_ZERO = -1_000_000


def _bucket(value: float) -> int:
    return _ZERO if value < 0.001 else round(math.log(value) / _GROWTH)  # noqa: PLR2004 - the class says why


def _value(bucket: int) -> float:
    return 0.0 if bucket == _ZERO else math.exp(bucket * _GROWTH)
