"""Ends a member whose client does not return from a call.

librdkafka (2.16) may wait without end for a group's coordinator that has moved or left the cluster, whatever
time-out it is given. A member that is gone is replaced, and its transaction ended.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread

from eventq.core.clock import Clock

_LOOK_SECONDS = 0.5


def _kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Watchdog:
    """`bark` is called with what hangs; its thread starts with the first call that is watched."""

    def __init__(
        self,
        seconds: float,
        clock: Clock,
        bark: Callable[[str], None],
        kill: Callable[[], None] = _kill_this_process,
    ) -> None:
        self._seconds, self._clock, self._bark, self._kill = seconds, clock, bark, kill
        self._changed = Condition()
        self._watched: tuple[str, float] | None = None
        self._thread: Thread | None = None

    @contextmanager
    def over(self, what: str) -> Iterator[None]:
        """For as long as the block runs."""
        with self._changed:
            self._watched = (what, self._clock.monotonic() + self._seconds)
            self._changed.notify()
        if self._thread is None:
            self._thread = Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._watched = None

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(None if self._watched is None else _LOOK_SECONDS)
                hanging = self.hanging()
            if hanging is not None:
                self._bark(hanging)
                self._kill()
                return

    def hanging(self) -> str | None:
        """The call that has taken longer than it may."""
        if self._watched is None or self._clock.monotonic() < self._watched[1]:
            return None
        return self._watched[0]
