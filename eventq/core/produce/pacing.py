"""The schedule of an open loop, in whole nanoseconds since its start; it owns no clock.

A late event does not move those behind it. All arithmetic is on integers, so that a week at 1,000,000/s ends
where it should.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

NANO = 1_000_000_000
_MILLI = 1_000_000


class Schedule(Protocol):
    """When event n = 0, 1, … is due; who asks it needs to know of no rate."""

    @property
    def total(self) -> int | None:
        """How many events there are, None: without end."""
        ...

    @property
    def paced(self) -> bool:
        """False: each event is due at once, and its time is the one at which it is sent."""
        ...

    def due(self, n: int) -> int:
        """When event `n` is due, in nanoseconds since the start."""
        ...

    def before(self, elapsed: int) -> int | None:
        """Events with numbers below this are due by `elapsed` nanoseconds; None: all there will ever be."""
        ...

    def stamps(self, numbers: Iterable[int], start: int) -> list[int]:
        """The due times in epoch milliseconds, `start` being the start in epoch nanoseconds.

        ValueError of what is not paced.
        """
        ...

    def within(self, seconds: float) -> int | None:
        """How many events fall into `seconds`, at least one; None: there is no telling."""
        ...

    def time_is_up(self, elapsed: int) -> bool:
        """Ends a run that its number of events does not end.

        That is an unpaced one, or one that waits in vain for events from elsewhere.
        """
        ...

    def rate_at(self, elapsed: int) -> float | None:
        """Events per second as asked for at that moment; None: as fast as it can."""
        ...


@dataclass(frozen=True, slots=True)
class ConstantRate:
    """`rate` events per second: event n is due at n / rate, a rate R for a time D is exactly R x D events.

    `total` and `duration` (in seconds) None: without end.
    """

    rate: Fraction
    total: int | None = None
    duration: float | None = None

    @property
    def paced(self) -> bool:
        return True

    def due(self, n: int) -> int:
        return -(-n * self.rate.denominator * NANO // self.rate.numerator)

    def before(self, elapsed: int) -> int:
        count = elapsed * self.rate.numerator // (self.rate.denominator * NANO) + 1
        return count if self.total is None else min(count, self.total)

    def stamps(self, numbers: Iterable[int], start: int) -> list[int]:
        per, scale = self.rate.denominator * NANO, self.rate.numerator
        return [(start + n * per // scale) // _MILLI for n in numbers]

    def within(self, seconds: float) -> int:
        return max(1, int(self.rate * Fraction(seconds)))

    def time_is_up(self, elapsed: int) -> bool:
        return _is_up(self.duration, elapsed)

    def rate_at(self, _elapsed: int) -> float:
        return float(self.rate)


@dataclass(frozen=True, slots=True)
class Unpaced:
    """As fast as it can, until `total` events or for `duration` seconds; None: without end."""

    total: int | None = None
    duration: float | None = None

    @property
    def paced(self) -> bool:
        return False

    def due(self, _n: int) -> int:
        return 0

    def before(self, _elapsed: int) -> int | None:
        return self.total

    def stamps(self, _numbers: Iterable[int], _start: int) -> list[int]:
        raise ValueError("without a pace nothing has a due time")

    def within(self, _seconds: float) -> None:
        return None

    def time_is_up(self, elapsed: int) -> bool:
        return _is_up(self.duration, elapsed)

    def rate_at(self, _elapsed: int) -> None:
        return None


def _is_up(duration: float | None, elapsed: int) -> bool:
    return duration is not None and elapsed >= duration * NANO


def schedule(rate: Fraction | None, max_messages: int | None, duration: float | None) -> Schedule:
    """Of a rate, a number of events and a duration in seconds, any of which may be absent."""
    if rate is None:
        return Unpaced(max_messages, duration)
    limits = [] if max_messages is None else [max_messages]
    if duration is not None:
        # what was written as 0.1s is a tenth, not the float nearest to it
        limits.append(math.ceil(rate * Fraction(duration).limit_denominator(1_000_000)))
    return ConstantRate(rate, min(limits, default=None), duration)
