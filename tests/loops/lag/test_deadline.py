"""A call that blocks for longer than its caller has time is broken off."""

import contextlib
import signal
import threading

import pytest

from eventq.core.errors import EventqError
from eventq.loops.lag.deadline import deadline


def test_what_blocks_is_broken_off_though_it_swallows_its_own_failures() -> None:
    with pytest.raises(EventqError, match="no answer"), deadline(0.01), contextlib.suppress(Exception):
        threading.Event().wait(30)


def test_what_ends_in_time_is_left_alone_and_the_handler_put_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with deadline(30):
        pass
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
