"""The schedule of an open loop, in whole nanoseconds since its start; it owns no clock.

Event n = 0, 1, … of a rate R is due when the schedule's integral reaches n, that is at n / R: the first at
once, and R for a time D is exactly R x D events. A late event does not move those behind it. All arithmetic
is on integers, so that a week at 1,000,000/s ends where it should.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

NANO = 1_000_000_000
_MILLI = 1_000_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """`rate` in events per second, None: as fast as it can; `total` events, None: without end.

    `duration` (seconds) ends a run that its number of events does not end: an unpaced one, or one that waits
    in vain for events from elsewhere.
    """

    rate: Fraction | None = None
    total: int | None = None
    duration: float | None = None

    def due(self, n: int) -> int:
        """When event `n` is due; at once without a rate."""
        if self.rate is None:
            return 0
        return -(-n * self.rate.denominator * NANO // self.rate.numerator)

    def before(self, elapsed: int) -> int | None:
        """Events with numbers below this are due by `elapsed`; None: all there will ever be."""
        if self.rate is None:
            return self.total
        count = elapsed * self.rate.numerator // (self.rate.denominator * NANO) + 1
        return count if self.total is None else min(count, self.total)

    def time_is_up(self, elapsed: int) -> bool:
        return self.duration is not None and elapsed >= self.duration * NANO

    def stamps(self, numbers: Iterable[int], start: int) -> list[int]:
        """The due times in epoch milliseconds, `start` being the start in epoch nanoseconds."""
        if self.rate is None:
            raise ValueError("without a rate nothing has a due time")
        per, scale = self.rate.denominator * NANO, self.rate.numerator
        return [(start + n * per // scale) // _MILLI for n in numbers]

    def within(self, seconds: float) -> int:
        """How many events fall into `seconds`, at least one; without a rate there is no telling (one)."""
        return 1 if self.rate is None else max(1, int(self.rate * Fraction(seconds)))


def schedule(rate: Fraction | None, max_messages: int | None, duration: float | None) -> Schedule:
    """Of a rate, a number of events and a duration in seconds, any of which may be absent."""
    limits = [] if max_messages is None else [max_messages]
    if rate is not None and duration is not None:
        # what was written as 0.1s is a tenth, not the float nearest to it
        limits.append(math.ceil(rate * Fraction(duration).limit_denominator(1_000_000)))
    return Schedule(rate, min(limits, default=None), duration)
