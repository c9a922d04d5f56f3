"""Where a group begins in a partition that it never committed."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.errors import UsageError
from eventq.core.parse import whole
from eventq.core.timestamps import first_millisecond


class StartKind(Enum):
    END = "end"
    BEGINNING = "beginning"
    OFFSET = "offset"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Start:
    """`value` is an offset, or epoch milliseconds for TIME."""

    kind: StartKind = StartKind.END
    value: int = 0


def parse_start(from_beginning: bool, text: str | None) -> Start:
    """From the two options."""
    if from_beginning and text is not None:
        raise UsageError("--from-beginning and --from say two different starts", hint="give one of them")
    if from_beginning:
        return Start(StartKind.BEGINNING)
    return Start() if text is None else parse_place(text)


_FORMS = "write it as 1200, 2026-01-31T12:00:00Z or @1769860800000 (epoch milliseconds)"
_LATEST = 253_402_300_799_999
_LIKE_MILLIS = 1_000_000_000_000


def parse_place(text: str, forms: str = _FORMS) -> Start:
    """An offset, an RFC 3339 time, or `@` and epoch milliseconds; a time never negative.

    (Kafka takes -1 and -2 for the end and the log start.) A bare number of 13 digits is taken for neither: no
    partition has had so many records, and as an offset it would mean the end.
    """
    if text.startswith("@"):
        return Start(StartKind.TIME, _epoch_millis(text, forms))
    number = whole(text)
    if number is None:
        return Start(StartKind.TIME, _time(text, forms))
    if number >= _LIKE_MILLIS:
        raise UsageError(
            f"{text} looks like a time in epoch milliseconds, not like an offset", hint=f"write it as @{text}"
        )
    return Start(StartKind.OFFSET, number)


def _epoch_millis(text: str, forms: str) -> int:
    number = whole(text[1:])
    if number is None or number > _LATEST:
        raise UsageError(f"not epoch milliseconds after the @: {text!r:.120}", hint=forms)
    return number


def _time(text: str, forms: str) -> int:
    try:
        return max(0, first_millisecond(text))
    except ValueError as error:
        raise UsageError(f"neither an offset nor a time: {text!r:.120}", hint=forms) from error


def place(start: Start, log_start: int, end: int, at_time: int | None) -> int:
    """The first offset to read; `at_time` is the first offset of that time or later, if any."""
    if start.kind is StartKind.BEGINNING:
        return log_start
    if start.kind is StartKind.OFFSET:
        return min(max(start.value, log_start), end)
    if start.kind is StartKind.TIME and at_time is not None:
        return at_time
    return end
