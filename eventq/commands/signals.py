"""How Ctrl-C and SIGTERM end a command: a run in order, what only looks or waits at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from eventq.core.errors import ExitCode, Stopped
from eventq.core.outcome import Outcome

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_in_order(ask: Callable[[Outcome], None]) -> Iterator[None]:
    """The first signal asks a run to end, by `ask`; the second raises Stopped."""
    asked = False

    def handle(outcome: Outcome) -> None:
        nonlocal asked
        if asked:
            _stop(outcome)
        asked = True
        ask(outcome)

    with _handled(handle):
        yield


@contextmanager
def stop_at_once() -> Iterator[None]:
    """The first signal raises Stopped."""
    with _handled(_stop):
        yield


def raise_if_stopped(outcome: Outcome) -> None:
    """Raises Stopped where a signal is why a run ended."""
    if outcome in {Outcome.SIGINT, Outcome.SIGTERM}:
        _stop(outcome)


def _stop(outcome: Outcome) -> NoReturn:
    raise Stopped(ExitCode[outcome.name])


@contextmanager
def _handled(handle: Callable[[Outcome], None]) -> Iterator[None]:
    """Whatever handlers there were are put back."""

    def handler(number: int, _frame: FrameType | None) -> None:
        handle(Outcome[signal.Signals(number).name])

    before = {}
    try:
        for number in _SIGNALS:
            before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
