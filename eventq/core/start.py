"""Where a group begins in a partition that it never committed."""

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from eventq.core.errors import UsageError


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
    """From the two options; a whole number is an offset, anything else an RFC 3339 time."""
    if from_beginning and text is not None:
        raise UsageError("--from-beginning and --from say two different starts", hint="give one of them")
    if from_beginning:
        return Start(StartKind.BEGINNING)
    if text is None:
        return Start()
    return Start(StartKind.OFFSET, int(text)) if text.isdecimal() else Start(StartKind.TIME, millis(text))


def millis(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time, in UTC when it names no offset; never negative.

    (Kafka takes -1 and -2 for the end and the log start.)
    """
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise UsageError(
            f"neither an offset nor a time: {text!r}", hint="write it as 1200 or 2026-01-31T12:00:00Z"
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(0, int(aware.timestamp() * 1000))


def place(start: Start, log_start: int, end: int, at_time: int | None) -> int:
    """The first offset to read; `at_time` is the first offset of that time or later, if any."""
    if start.kind is StartKind.BEGINNING:
        return log_start
    if start.kind is StartKind.OFFSET:
        return min(max(start.value, log_start), end)
    if start.kind is StartKind.TIME and at_time is not None:
        return at_time
    return end
