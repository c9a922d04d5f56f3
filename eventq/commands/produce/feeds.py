"""Where the events of a run come from: made up, or read from a file or standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from eventq.commands.produce.worker import generated
from eventq.core.errors import UsageError
from eventq.core.produce.feed import GeneratedFeed
from eventq.core.produce.plan import InputFormat, ProducePlan
from eventq.loops.produce.line_feed import LineFeed


@contextmanager
def opened_feed(plan: ProducePlan) -> Iterator[GeneratedFeed | LineFeed]:
    """UsageError for an input that can't be read."""
    if plan.input is None:
        yield generated(plan, plan.share(0))
    elif plan.input == "-":
        if sys.stdin is None:
            raise UsageError("--input -: standard input is closed", hint="name a file, or pipe lines into it")
        yield _lines(plan, sys.stdin.fileno())
    else:
        with _opened(plan.input) as file:
            yield _lines(plan, file.fileno())


def _lines(plan: ProducePlan, fd: int) -> LineFeed:
    if plan.input_format is InputFormat.LINES:
        return LineFeed(fd, plan.schedule.total)
    from eventq.loops.produce.event_feed import EventFeed

    return EventFeed(fd, plan.schedule.total, dated=plan.keep_timestamp)


def _opened(path: str) -> FileIO:
    try:
        return FileIO(path)
    except OSError as error:
        raise UsageError(
            f"--input {path} can't be read: {error.strerror}",
            hint="give a file with one event per line, or - for standard input",
        ) from error
