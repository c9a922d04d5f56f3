"""The loop of a parent over its children: waits, hands on what they say, notices each end, stops them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from eventq.loops.processes.child import Child
from eventq.loops.processes.messages import Stop

Wait: TypeAlias = Callable[[Sequence[Child], float], Sequence[Child]]
"""Waits up to so many seconds until some of the children have something to say or have ended: which?"""


@dataclass(slots=True)
class ChildSlot:
    """A child and what its parent keeps of it; it outlives its child, which another may replace."""

    number: int
    child: Child | None = None

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.open

    @property
    def done(self) -> bool:
        """Its child ended in order."""
        return self.child is not None and self.child.done

    @property
    def exit(self) -> str | int | None:
        return None if self.child is None else self.child.exit

    @property
    def pid(self) -> int | None:
        return None if self.child is None else self.child.pid

    def send(self, message: object) -> None:
        if self.child is not None:
            self.child.send(message)

    def ended(self) -> None:
        """Its child has ended or was killed, and is closed."""


_Slot = TypeVar("_Slot", bound=ChildSlot)


class ParentLoop(Generic[_Slot]):
    """`take` hears each message; `on_exit` of each end, once, after all that the child had said.

    What these two raise is raised: it is no sign of a child's end.
    """

    def __init__(
        self,
        slots: Sequence[_Slot],
        wait: Wait,
        take: Callable[[_Slot, Any], None],
        on_exit: Callable[[_Slot], None],
    ) -> None:
        self._slots, self._wait, self._take, self._on_exit = slots, wait, take, on_exit

    @property
    def alive(self) -> bool:
        return any(slot.alive for slot in self._slots)

    def turn(self, seconds: float) -> None:
        """Waits for up to `seconds` and does what there is to do then."""
        slots = {slot.child: slot for slot in self._slots if slot.child is not None and slot.alive}
        for child in self._wait(list(slots), seconds):
            if child.open:
                self._hear(child, slots[child])

    def _hear(self, child: Child, slot: _Slot) -> None:
        child.receive(partial(self._take, slot))
        if not child.open:
            child.close()
            slot.ended()
            self._on_exit(slot)

    def stop(self) -> None:
        """Asks all that live to end in order."""
        for slot in self._slots:
            slot.send(Stop())

    def kill(self) -> None:
        """All that still live, without a word of it to `on_exit`: their end was cut short.

        Each is killed before the first is waited for: many take no longer than one.
        """
        killed = [(slot, slot.child) for slot in self._slots if slot.child is not None and slot.alive]
        for _, child in killed:
            child.kill()
        for slot, child in killed:
            child.close()
            slot.ended()
