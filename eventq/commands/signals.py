"""How signals reach a run: the first ends it in order, the second at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from eventq.core.errors import ExitCode, Stopped
from eventq.core.outcome import Outcome


class Stoppable(Protocol):
    stop: Outcome | None


@contextmanager
def signals(run: Stoppable) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM sets `run.stop`, the second raises Stopped."""
    asked: list[Outcome] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        outcome = Outcome[signal.Signals(number).name]
        if asked:
            raise Stopped(ExitCode[outcome.name])
        asked.append(outcome)
        run.stop = run.stop or outcome

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
