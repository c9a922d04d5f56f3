"""Pushes what was published last to somebody who may be slow or away, beside the sampling."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Latest(Generic[Value]):
    """One value at most waits: who is slow gets the newest one, and misses those between."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Value] = []
        self.closed = False

    def put(self, value: Value) -> None:
        with self._changed:
            self._waiting = [value]
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self.closed, self._waiting = True, []
            self._changed.notify()

    def __iter__(self) -> Iterator[Value]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self.closed)
                if self.closed:
                    return
                value = self._waiting.pop()
            yield value


@contextmanager
def pushing(
    send: Callable[[Value], str | None], tell: Callable[[str | None], None]
) -> Iterator[Callable[[Value], None]]:
    """Yields what takes the next value, at once, whatever becomes of the one before.

    `send` gives the reason why a value was not taken, None when it was; `tell` hears of it when it begins
    to fail, and of None when it works again. At the end nobody waits for a value that is under way.
    """
    latest: _Latest[Value] = _Latest()

    def run() -> None:
        failing = False
        for value in latest:
            reason = send(value)
            if failing != (reason is not None) and not latest.closed:
                tell(reason)
            failing = reason is not None

    threading.Thread(target=run, daemon=True).start()
    try:
        yield latest.put
    finally:
        latest.close()
