"""What lets a worker hand events over: nothing holds it back, or its parent deals it credits."""

from collections.abc import Callable
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.produce.deal import Deal

_MOST = 1 << 62


class Gate(Protocol):
    """`drops`: what is due without room is left out. `tell_seconds`: how often the parent is told."""

    drops: bool
    tell_seconds: float

    def room(self, handed: int) -> int:
        """How many more events than the `handed` so far may be handed over now; 0 or less: none."""
        ...


class OpenGate:
    """For a run without a bound."""

    drops = False
    tell_seconds = 0.1

    def room(self, _handed: int) -> int:
        return _MOST


class CreditGate:
    """Closed until the parent's first deal; `hear` takes in what the parent has said since."""

    tell_seconds = 0.025

    def __init__(self, clock: Clock, hear: Callable[[], None], *, drops: bool) -> None:
        self.drops = drops
        self.deal = Deal(0)
        self._clock, self._hear = clock, hear

    def room(self, handed: int) -> int:
        room = self._room(handed)
        if room > 0:
            return room
        self._hear()
        return self._room(handed)

    def _room(self, handed: int) -> int:
        return self.deal.allows(self._clock.monotonic()) - handed
