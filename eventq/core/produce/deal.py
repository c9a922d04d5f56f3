"""What a worker of a bounded run tells its parent, and what that deals to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Deal:
    """A worker may hand over events below `limit` (its own sequence numbers).

    `partitions`: so many of them to each partition, where each has a bound of its own.
    With a `rate` not all at once: those below `base` at `at` (monotonic), then so many a second.
    """

    limit: int
    base: int = 0
    rate: float | None = None
    at: float = 0.0
    partitions: Mapping[int, int] = field(default_factory=dict)

    def allows(self, now: float) -> int:
        """Events with sequence numbers below this may be handed over by now."""
        if self.rate is None:
            return self.limit
        return min(self.limit, self.base + int(self.rate * max(0.0, now - self.at)))


class HandedOver(NamedTuple):
    """How many events a worker has handed over; `partitions`: where it places them itself.

    `ended`: there will be no more.
    """

    events: int
    partitions: Mapping[int, int]
    ended: bool


class SettledEvents(NamedTuple):
    """Events of all workers whose fate is known, so that they are in the log or never will be."""

    events: int
    partitions: Mapping[int, int]
