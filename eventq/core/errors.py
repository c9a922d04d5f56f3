"""The one tree of errors, each with its exit code; only the boundary in cli.py prints them.

EventqError                   1  error
├── UsageError                2  the call can't mean anything
├── ThresholdBreached         3  a limit the caller named was passed
├── AlreadyExists             1  what was to be made is there
├── NotFound                  4  no such topic or group
├── StoreUnavailable          1  a sink's database or file can't be written just now
├── VerificationFailed        5  what was delivered is not what was promised
└── TimedOut                124  the goal was not reached in time

Stopped                 130/143  SIGINT or SIGTERM, after an orderly stop: no error

A message says what happened and with what; `hint` says what to do next.
"""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    ERROR = 1
    USAGE = 2
    THRESHOLD = 3
    NOT_FOUND = 4
    VERIFICATION = 5
    TIMED_OUT = 124
    SIGINT = 130
    SIGTERM = 143


class EventqError(Exception):
    """What a user can be told, in one line; `hint` is the next step, None when there is none.

    `details` are lines of their own below it.
    """

    exit_code = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.hint = hint
        self.details = tuple(details)


class UsageError(EventqError):
    exit_code = ExitCode.USAGE


class ThresholdBreached(EventqError):
    exit_code = ExitCode.THRESHOLD


class AlreadyExists(EventqError):
    pass


class StoreUnavailable(EventqError):
    """The same call may succeed later."""


class NotFound(EventqError):
    exit_code = ExitCode.NOT_FOUND


class VerificationFailed(EventqError):
    exit_code = ExitCode.VERIFICATION


class TimedOut(EventqError):
    exit_code = ExitCode.TIMED_OUT


class Stopped(BaseException):
    """An orderly stop by a signal; `exit_code` is 130 for SIGINT, 143 for SIGTERM.

    Like KeyboardInterrupt no Exception: raised by a handler amid a read, it must not pass for a failed one.
    """

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__("stopped")
        self.exit_code = exit_code


def together(errors: Sequence[EventqError], total: int) -> EventqError:
    """One error for the parts of a call that failed, each named; the exit code is theirs if they agree."""
    if len(errors) == 1:
        return errors[0]
    details = [f"{error} ({error.hint})" if error.hint else str(error) for error in errors]
    whole = EventqError(f"{len(errors)} of {total} failed:", details=details)
    codes = {error.exit_code for error in errors}
    if len(codes) == 1:
        whole.exit_code = codes.pop()
    return whole
