"""A child that is no process of its own, for where starting one would cost more than it brings.

It runs where its parent waits for it, and what it says is handled at once, before it goes on.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from eventq.loops.processes.child import Child
from eventq.loops.processes.link import ParentLink

_Answer = TypeVar("_Answer")


class InProcessLink:
    """`inbox` is what the parent has sent, `take` is where it hears."""

    def __init__(self, inbox: deque[Any], take: Callable[[Any], None]) -> None:
        self._inbox, self._take = inbox, take
        self.orphaned = False

    def send(self, message: object) -> None:
        self._take(message)

    def arrived(self) -> list[Any]:
        messages = list(self._inbox)
        self._inbox.clear()
        return messages

    def answer(self, kind: type[_Answer] | tuple[type[_Answer], ...], otherwise: _Answer) -> _Answer:
        """A parent answers while it is told something: there is nothing to wait for."""
        for message in self._inbox:
            if isinstance(message, kind):
                self._inbox.remove(message)
                return message
        return otherwise


class InProcessChild:
    """A Child whose errors are its parent's: they are raised by `receive`."""

    pid: int | None = None
    exit: str | int | None = None

    def __init__(self, body: Callable[[ParentLink], None]) -> None:
        self._body = body
        self._inbox: deque[Any] = deque()
        self.open = True
        self.done = False

    def send(self, message: object) -> None:
        self._inbox.append(message)

    def receive(self, take: Callable[[Any], None]) -> None:
        """Runs it from beginning to end."""
        try:
            self._body(InProcessLink(self._inbox, take))
            self.done = True
        finally:
            self.open = False

    def close(self) -> None: ...

    def kill(self) -> None: ...


def no_wait(children: Sequence[Child], _seconds: float) -> Sequence[Child]:
    """A Wait for children in this process: each has all to say, and says it when it is asked to."""
    return children
