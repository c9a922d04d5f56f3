"""A call that may block for long, on a thread of its own: whoever waits for it still hears of signals."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


class Background(Generic[_Result]):
    """Begins at once; a process ends without waiting for it."""

    def __init__(self, call: Callable[[], _Result]) -> None:
        self._call = call
        self._done = Event()
        self._result: _Result | None = None
        self._error: BaseException | None = None
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:
            self._error = error
        self._done.set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, at the latest after `seconds`."""
        return self._done.wait(seconds)

    def result(self) -> _Result:
        """Of a call that has ended; what it raised is raised."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value] # of a call that has ended it is one
