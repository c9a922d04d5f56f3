"""What the parent of a bounded run deals to a worker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deal:
    """A worker may hand over events below `limit` (its own sequence numbers).

    With a `rate` not all at once: those below `base` at `at` (monotonic), then so many a second.
    """

    limit: int
    base: int = 0
    rate: float | None = None
    at: float = 0.0

    def allows(self, now: float) -> int:
        """Events with sequence numbers below this may be handed over by now."""
        if self.rate is None:
            return self.limit
        return min(self.limit, self.base + int(self.rate * max(0.0, now - self.at)))
