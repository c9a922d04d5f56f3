"""The schedule of an open loop, in whole nanoseconds since its start; it owns no clock.

A late event does not move those behind it. All arithmetic is on integers, so that a week at 1,000,000/s ends
where it should.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

from eventq.core.produce.arrivals import Arrivals, EvenArrivals
from eventq.core.produce.shape import Shape
from eventq.core.produce.stages import LoadStage, constant

_MILLI = 1_000_000
_EVEN = EvenArrivals()


class StagePlace(NamedTuple):
    """The stage and the pass of an event, both from 0, and the first event that is beyond them."""

    stage: int
    turn: int
    beyond: float


class Schedule(Protocol):
    """When event n = 0, 1, … is due; who asks it needs to know of no rate."""

    @property
    def total(self) -> int | None:
        """How many events there are, None: without end."""
        ...

    @property
    def end(self) -> int | None:
        """When the last event is due, in nanoseconds since the start; None: nobody knows of a last one."""
        ...

    @property
    def paced(self) -> bool:
        """False: each event is due at once, and its time is the one at which it is sent."""
        ...

    @property
    def steady(self) -> bool:
        """Whether `rate_at` is the same all the time."""
        ...

    @property
    def stages(self) -> Sequence[LoadStage]:
        """What it is made of; none if it is not paced."""
        ...

    def due(self, n: int) -> int:
        """When event `n` is due, in nanoseconds since the start."""
        ...

    def before(self, elapsed: int) -> int | None:
        """Events with numbers below this are due by `elapsed` nanoseconds; None: all there will ever be."""
        ...

    def stamps(self, numbers: Sequence[int], start: int) -> list[int]:
        """The due times in epoch milliseconds, `start` being the start in epoch nanoseconds.

        `numbers` rise. ValueError of what is not paced.
        """
        ...

    def place(self, n: int) -> StagePlace:
        """Where event `n` belongs."""
        ...

    def within(self, seconds: float) -> int | None:
        """How many events can fall into `seconds`, at least one; None: there is no telling."""
        ...

    def time_is_up(self, elapsed: int) -> bool:
        """Ends a run that its number of events does not end.

        That is an unpaced one, or one that waits in vain for events from elsewhere.
        """
        ...

    def rate_at(self, elapsed: int) -> float | None:
        """Events per second as asked for at that moment; None: as fast as it can."""
        ...


class Paced:
    """Event n is due when the integral of the rate has reached n, and not in a pause.

    Of stages, `max_messages` and `duration` (in nanoseconds) the first to end counts. A rate R for a time D
    is exactly R x D events.
    """

    paced = True

    def __init__(
        self,
        stages: Sequence[LoadStage],
        *,
        loop: bool = False,
        max_messages: int | None = None,
        duration: int | None = None,
        arrivals: Arrivals = _EVEN,
    ) -> None:
        self.stages, self.loop, self.arrivals = tuple(stages), loop, arrivals
        self.max_messages, self.duration = max_messages, duration
        self.shape = Shape(stages, loop=loop, grain=arrivals.grain)
        self.steady = self.shape.steady
        self.total = self._total()
        self.end = self.due(self.total - 1) if self.total else None

    def _total(self) -> int | None:
        ends = [None if self.loop else self.shape.length, self.duration]
        counts = [self.arrivals.count(self.shape.last(end)) for end in ends if end is not None]
        return min([*counts, *([] if self.max_messages is None else [self.max_messages])], default=None)

    def due(self, n: int) -> int:
        return self.shape.due(self.arrivals.position(n))

    def before(self, elapsed: int) -> int:
        count = self.arrivals.count(self.shape.reached(elapsed))
        return count if self.total is None else min(count, self.total)

    def until(self, elapsed: int) -> int:
        """How many events are due before that moment, to be exact and not by their rounded times."""
        count = self.arrivals.count(self.shape.last(elapsed))
        return count if self.total is None else min(count, self.total)

    def stamps(self, numbers: Sequence[int], start: int) -> list[int]:
        """Events that follow each other closely have few different ones."""
        found: list[int] = []
        last = (start + self.due(numbers[-1])) // _MILLI
        while len(found) < len(numbers):
            done = len(found)
            stamp = (start + self.due(numbers[done])) // _MILLI
            if stamp == last:
                return found + [stamp] * (len(numbers) - done)
            later = self.before((stamp + 1) * _MILLI - start - 1)
            found += [stamp] * (bisect_left(numbers, later, done + 1) - done)
        return found

    def place(self, n: int) -> StagePlace:
        stage, turn, beyond = self.shape.place(self.arrivals.position(n))
        return StagePlace(stage, turn, math.inf if beyond is None else self.arrivals.count(beyond - 1))

    def within(self, seconds: float) -> int:
        return max(1, int(self.shape.peak * Fraction(seconds)))

    def time_is_up(self, elapsed: int) -> bool:
        return self.duration is not None and elapsed >= self.duration

    def rate_at(self, elapsed: int) -> float:
        return self.shape.rate_at(elapsed)


@dataclass(frozen=True, slots=True)
class Unpaced:
    """As fast as it can, until `total` events or for `duration` nanoseconds; None: without end."""

    total: int | None = None
    duration: int | None = None

    @property
    def paced(self) -> bool:
        return False

    @property
    def steady(self) -> bool:
        return True

    @property
    def end(self) -> None:
        return None

    @property
    def stages(self) -> tuple[LoadStage, ...]:
        return ()

    def due(self, _n: int) -> int:
        return 0

    def before(self, _elapsed: int) -> int | None:
        return self.total

    def stamps(self, _numbers: Sequence[int], _start: int) -> list[int]:
        raise ValueError("without a pace nothing has a due time")

    def place(self, _n: int) -> StagePlace:
        return StagePlace(0, 0, math.inf)

    def within(self, _seconds: float) -> None:
        return None

    def time_is_up(self, elapsed: int) -> bool:
        return self.duration is not None and elapsed >= self.duration

    def rate_at(self, _elapsed: int) -> None:
        return None


def schedule(rate: Fraction | None, max_messages: int | None = None, duration: int | None = None) -> Schedule:
    """Of one rate, a number of events and a duration in nanoseconds, any of which may be absent."""
    if rate is None:
        return Unpaced(max_messages, duration)
    return Paced([constant(rate)], max_messages=max_messages, duration=duration)
