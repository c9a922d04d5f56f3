"""Starts member processes, from a forkserver that has loaded what they need."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from eventq.commands.consume_member import BROKER_FLOOR
from eventq.core.consume_plan import MemberPlan

_ENTRY = "eventq.commands.consume_member"


def prepare(client: str) -> None:
    """Starts the forkserver for members over `client`, early because it takes as long as loading that does.

    It inherits that Ctrl-C and SIGTERM are ignored, and members inherit it in turn: a terminal sends Ctrl-C
    to every process, and a member must hear of it from the parent alone, from its first instant.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([_ENTRY, BROKER_FLOOR[client]])
    with _ignored(signal.SIGINT), _ignored(signal.SIGTERM):
        forkserver.ensure_running()


@contextmanager
def _ignored(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def launcher(plan: MemberPlan) -> Callable[[int, str], tuple[BaseProcess, Connection]]:
    """Starts one member under a client id of its own."""
    context = get_context("forkserver")

    def launch(number: int, client_id: str) -> tuple[BaseProcess, Connection]:
        from eventq.commands.consume_member import main

        ours, theirs = context.Pipe()
        process = context.Process(
            target=main, args=(theirs, replace(plan, client_id=client_id)), name=f"member-{number}"
        )
        process.start()
        theirs.close()
        return process, ours

    return launch
