"""A bound on one call that may block for longer than its caller has time."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from eventq.core.errors import EventqError


class _DeadlineExpired(BaseException):
    """No Exception: what runs in the body must not take it for a failure of its own."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Breaks the body off after `seconds`, with EventqError; in the main thread only, never nested."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    except _DeadlineExpired:
        raise EventqError("no answer within the remaining time") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(_signal: int, _frame: object) -> None:
    raise _DeadlineExpired
