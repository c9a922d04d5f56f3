"""Children that wait to be started: a few at a time, so that their parent hears and obeys meanwhile."""

import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

from eventq.core.clock import Clock
from eventq.loops.processes.parent_loop import ChildSlot

_TURN_SECONDS = 0.1

_Slot = TypeVar("_Slot", bound=ChildSlot)


class StartQueue(Generic[_Slot]):
    """`start` starts the child of a slot; what it raises is raised. Times are in seconds."""

    def __init__(self, clock: Clock, start: Callable[[_Slot], None]) -> None:
        self._clock, self._start = clock, start
        self._waiting: list[tuple[float, int, _Slot]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def due(self) -> bool:
        """Whether there is one to be started now."""
        return bool(self._waiting) and self._waiting[0][0] <= self._clock.monotonic()

    def add(self, slot: _Slot, delay: float = 0.0) -> None:
        """To be started no earlier than in `delay` seconds; those of the same time by their number."""
        heapq.heappush(self._waiting, (self._clock.monotonic() + delay, slot.number, slot))

    def turn(self) -> None:
        """Starts those that are due, as many as can be started in a short time, at least one."""
        until = self._clock.monotonic() + _TURN_SECONDS
        while self.due:
            self._start(heapq.heappop(self._waiting)[2])
            if self._clock.monotonic() >= until:
                return
