"""Simulated processing: how long one event takes, so that a queue can be made to build up."""

from dataclasses import dataclass
from random import Random

from eventq.core.errors import UsageError
from eventq.core.parse import duration

_HINT = "write it as 5ms, uniform:1ms..9ms or exp:5ms"


@dataclass(frozen=True, slots=True)
class Work:
    """`low` to `high` seconds, evenly (both the same: a constant), or a mean of `low` (`exp`)."""

    low: float = 0.0
    high: float = 0.0
    exponential: bool = False

    @property
    def mean(self) -> float:
        return self.low if self.exponential else (self.low + self.high) / 2

    def draw(self, random: Random) -> float:
        """Seconds that the next event takes."""
        if self.exponential:
            return random.expovariate(1 / self.low) if self.low else 0.0
        return self.low if self.low == self.high else random.uniform(self.low, self.high)

    def slice_of(self, most: int, seconds: float = 0.1) -> int:
        """How many events fit into about `seconds`: a member must hear of a rebalance between two slices."""
        return most if not self.mean else max(1, min(most, int(seconds / self.mean)))


def parse_work(text: str) -> Work:
    """`5ms`, `uniform:1ms..9ms` or `exp:5ms`."""
    kind, separator, rest = text.strip().partition(":")
    if not separator:
        return _uniform(kind, kind)
    if kind == "exp":
        return Work(low=_seconds(rest), exponential=True)
    low, dots, high = rest.partition("..")
    if kind != "uniform" or not dots:
        raise UsageError(f"not a kind of work: {text!r}", hint=_HINT)
    return _uniform(low, high)


def _uniform(low: str, high: str) -> Work:
    work = Work(_seconds(low), _seconds(high))
    if work.low > work.high:
        raise UsageError(f"work from {low} to {high} is the wrong way round", hint=_HINT)
    return work


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except UsageError as error:
        raise UsageError(f"not a time of work: {text!r}", hint=_HINT) from error
