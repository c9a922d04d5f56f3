"""Starts child processes from a forkserver that has loaded what they need."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, forkserver, get_context
from typing import Any, cast

from eventq.core.errors import EventqError
from eventq.loops.processes.child import Child, ChildProcess


def prepare(modules: Sequence[str]) -> None:
    """Starts the forkserver, early because it takes as long as loading a client does.

    It inherits that Ctrl-C and SIGTERM are ignored, and children inherit it in turn: a terminal sends Ctrl-C
    to every process, and a child must hear of it from the parent alone, from its first instant. EventqError
    where none can be started.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    try:
        with _ignored(signal.SIGINT), _ignored(signal.SIGTERM):
            forkserver.ensure_running()
    except OSError as error:
        raise EventqError(
            f"no process can be started: {error.strerror or error}",
            hint="it needs a folder for temporary files (TMPDIR) that has room",
        ) from error


@contextmanager
def _ignored(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def start(target: Callable[..., None], arguments: tuple[Any, ...], name: str) -> ChildProcess:
    """Starts `target` with its end of a pipe before the arguments.

    EventqError where the system gives no process or no pipe: one that can't fork ends without a word. A
    process that is killed before it has heard what to do is a child that has died.
    """
    context = get_context("forkserver")
    try:
        ours, theirs = context.Pipe()
        with theirs:
            process = context.Process(target=target, args=(theirs, *arguments), name=name)
            process.start()
    except (BrokenPipeError, ConnectionResetError):
        return ChildProcess(_NeverBegan(), ours)
    except (OSError, EOFError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "the system gave no process"
        raise EventqError(
            f"{name} could not be started: {reason}",
            hint="start fewer, or raise the limits of processes, memory and open files",
        ) from error
    return ChildProcess(process, ours)


class _NeverBegan:
    """A process that was there, and was killed before it could tell its number."""

    pid: int | None = None
    exitcode: int | None = -signal.SIGKILL

    def join(self, timeout: float | None = None) -> None: ...

    def kill(self) -> None: ...


def wait(children: Sequence[Child], seconds: float) -> Sequence[Child]:
    """A Wait for child processes, each of which is waited for by its pipe."""
    return cast("list[Child]", connection.wait(cast("list[Any]", children), seconds))
