"""What lets a worker hand events over: nothing holds it back, or its parent deals it credits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from eventq.core.clock import Clock
from eventq.core.produce.deal import Deal

if TYPE_CHECKING:
    from eventq.core.produce.placing import Placer

_MOST = 1 << 62


class Gate(Protocol):
    """`drops`: what is due without room is left out. `tell_seconds`: how often the parent is told.

    `placer`: where each partition has a bound of its own; None: events go where the client sends them.
    """

    drops: bool
    tell_seconds: float
    placer: "Placer | None"

    def room(self, handed: int) -> int:
        """How many more events than the `handed` so far may be handed over now; 0 or less: none."""
        ...

    def refresh(self) -> None:
        """Before the placer is asked."""
        ...


class OpenGate:
    """For a run without a bound."""

    drops = False
    tell_seconds = 0.1
    placer: "Placer | None" = None

    def room(self, _handed: int) -> int:
        return _MOST

    def refresh(self) -> None: ...


class CreditGate:
    """Closed until the parent's first deal; `hear` takes in what the parent has said since."""

    tell_seconds = 0.025

    def __init__(
        self, clock: Clock, hear: Callable[[], None], placer: "Placer | None", *, drops: bool
    ) -> None:
        self.drops, self.placer = drops, placer
        self._deal = Deal(0)
        self._clock, self._hear = clock, hear

    def take(self, deal: Deal) -> None:
        self._deal = deal
        if self.placer is not None:
            self.placer.limits = deal.partitions

    def room(self, handed: int) -> int:
        room = self._room(handed)
        if room > 0:
            return room
        self._hear()
        return self._room(handed)

    def _room(self, handed: int) -> int:
        return self._deal.allows(self._clock.monotonic()) - handed

    def refresh(self) -> None:
        self._hear()
