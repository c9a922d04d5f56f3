"""The parent's side of one child process."""

import signal
from collections.abc import Callable
from typing import Any, Protocol

from eventq.loops.processes.messages import Done

_JOIN_SECONDS = 5.0


class Child(Protocol):
    """Not `open`: it has ended and all that it had said was received. `done`: it ended in order."""

    @property
    def open(self) -> bool: ...

    @property
    def done(self) -> bool: ...

    @property
    def exit(self) -> str | int | None:
        """How it ended, once it is closed: an exit code or a signal's name; None when nobody knows."""
        ...

    @property
    def pid(self) -> int | None: ...

    def send(self, message: object) -> None:
        """A child that has just died does not hear it; its death is noticed when it is received from."""
        ...

    def receive(self, take: Callable[[Any], None]) -> None:
        """Hands all that it has said to `take`, whose errors are raised. Only Done is kept back."""
        ...

    def close(self) -> None:
        """Of one that is no longer open: learns how it ended, in bounded time."""
        ...

    def kill(self) -> None:
        """At once, whatever it is doing; what it had still to say is lost. `close` waits for its end."""
        ...


class Process(Protocol):
    """As multiprocessing has it."""

    @property
    def pid(self) -> int | None: ...

    @property
    def exitcode(self) -> int | None: ...

    def join(self, timeout: float | None = None) -> None: ...

    def kill(self) -> None: ...


class Pipe(Protocol):
    """One end, as multiprocessing has it. OSError or EOFError when the other end is gone."""

    def fileno(self) -> int: ...

    def send(self, message: Any, /) -> None: ...

    def poll(self, seconds: float = 0.0, /) -> bool: ...

    def recv(self) -> Any: ...

    def close(self) -> None: ...


class ChildProcess:
    """A Child that is a process; its pipe's end is its end, as it closes it last of all."""

    def __init__(self, process: Process, pipe: Pipe) -> None:
        self._process, self._pipe = process, pipe
        self.open = True
        self.done = False
        self.exit: str | int | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def fileno(self) -> int:
        """For those who wait for several."""
        return self._pipe.fileno()

    def send(self, message: object) -> None:
        if self.open:
            try:
                self._pipe.send(message)
            except OSError:
                return

    def receive(self, take: Callable[[Any], None]) -> None:
        while (message := self._next()) is not None:
            if isinstance(message, Done):
                self.done = True
            else:
                take(message)

    def _next(self) -> Any:
        """None: nothing more for now, or ever. Only here is an error of the pipe the child's end."""
        try:
            return self._pipe.recv() if self.open and self._pipe.poll() else None
        except (EOFError, OSError):
            self.open = False
            return None

    def close(self) -> None:
        self._process.join(_JOIN_SECONDS)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join(_JOIN_SECONDS)
        self.exit = exit_name(self._process.exitcode)
        self.open = False
        self._pipe.close()

    def kill(self) -> None:
        self._process.kill()
        self.open = False


def exit_name(code: int | None) -> str | int | None:
    """A signal by its name, anything else as it is."""
    if code is None or code >= 0:
        return code
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
