"""A child's end of its pipe. A parent that is gone reads as Stop: no child outlives its parent."""

from collections import deque
from typing import Any, TypeVar

from eventq.core.clock import Clock
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.messages import Stop

_Answer = TypeVar("_Answer")
_LONGEST_WAIT_SECONDS = 3600.0
"""A pipe can't be waited for beyond 24 days."""


class ParentPipe:
    def __init__(self, pipe: Pipe, clock: Clock) -> None:
        self._pipe = pipe
        self._clock = clock
        self._arrived: deque[Any] = deque()
        self.orphaned = False

    def send(self, message: object) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            self._lose()

    def arrived(self) -> list[Any]:
        """Everything that has come in, without waiting."""
        self._read(0)
        messages = list(self._arrived)
        self._arrived.clear()
        return messages

    def answer(self, kind: type[_Answer] | tuple[type[_Answer], ...], otherwise: _Answer) -> _Answer:
        """Waits for the answer that the parent owes; `otherwise` if the parent is gone."""
        try:
            while not self.orphaned:
                message = self._pipe.recv()
                if isinstance(message, kind):
                    return message
                self._arrived.append(message)
        except (OSError, EOFError):
            self._lose()
        return otherwise

    def sleep_until(self, moment: float) -> bool:
        """Sleeps until `moment` of the monotonic clock; False at once when told to stop meanwhile."""
        while not self._told_to_stop():
            left = moment - self._clock.monotonic()
            if left <= 0:
                return True
            self._read(min(left, _LONGEST_WAIT_SECONDS))
        return False

    def _told_to_stop(self) -> bool:
        return self.orphaned or any(isinstance(message, Stop) for message in self._arrived)

    def _read(self, seconds: float) -> None:
        """Waits up to `seconds` for a first message and takes what is there."""
        try:
            while not self.orphaned and self._pipe.poll(seconds):
                self._arrived.append(self._pipe.recv())
                seconds = 0
        except (OSError, EOFError):
            self._lose()

    def _lose(self) -> None:
        if not self.orphaned:
            self.orphaned = True
            self._arrived.append(Stop())
