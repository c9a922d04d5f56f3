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
    to every process, and a child must hear of it from the parent alone, from its first instant.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    with _ignored(signal.SIGINT), _ignored(signal.SIGTERM):
        forkserver.ensure_running()


@contextmanager
def _ignored(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def start(target: Callable[..., None], arguments: tuple[Any, ...], name: str) -> ChildProcess:
    """Starts `target` with its end of a pipe before the arguments.

    EventqError where the system gives no process or no pipe: one that can't fork ends without a word.
    """
    context = get_context("forkserver")
    try:
        ours, theirs = context.Pipe()
        with theirs:
            process = context.Process(target=target, args=(theirs, *arguments), name=name)
            process.start()
    except (OSError, EOFError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "the system gave no process"
        raise EventqError(
            f"{name} could not be started: {reason}",
            hint="start fewer, or raise the limits of processes, memory and open files",
        ) from error
    return ChildProcess(process, ours)


def wait(children: Sequence[Child], seconds: float) -> Sequence[Child]:
    """A Wait for child processes, each of which is waited for by its pipe."""
    return cast("list[Child]", connection.wait(cast("list[Any]", children), seconds))
