"""What the lag commands that go on until they are stopped share: their pace, and how they end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from eventq.commands.lag.options import period
from eventq.core.errors import ExitCode, Stopped, UsageError
from eventq.core.parse import duration
from eventq.loops.lag.watch import Pace

FETCHES = 500
"""The most records that one sample fetches for their age."""


def pace_of(interval: str, window: str, samples: int | None = None) -> Pace:
    pace = Pace(period(interval), duration(window), samples)
    if pace.window < 2 * pace.interval:
        raise UsageError(
            f"--window {window} has no room for three samples {interval} apart",
            hint=f"at least twice the interval: --window {2 * pace.interval:g}s",
        )
    return pace


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what runs inside, with their own exit codes."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(ExitCode.SIGINT) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise Stopped(ExitCode.SIGTERM)
