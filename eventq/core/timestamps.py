"""RFC 3339 times in whole numbers: exact, and alike on every Python (datetime.fromisoformat is not)."""

import re
from datetime import date, datetime, timezone

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)
_EPOCH = date(1970, 1, 1).toordinal()


def rfc3339(seconds: float) -> str:
    """Of seconds since 1970: in UTC, with milliseconds."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def first_millisecond(text: str) -> int:
    """The first epoch millisecond that is not before the time; ValueError for what is no time.

    A record's timestamp has whole milliseconds: those at or after a time are those at or after this.
    Without an offset the time is in UTC; seconds, their fraction and the time of day may be left out.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not a time as RFC 3339 has it")
    day, hour, minute, second, fraction, sign, off_hour, off_minute = match.groups(default="")
    seconds, offset = _seconds(hour, minute, second), _seconds(off_hour, off_minute, "")
    try:
        days = date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError as error:
        raise ValueError(f"not a day of RFC 3339: {error}") from error
    whole = days * 86400 + seconds - (-offset if sign == "-" else offset)
    return whole * 1000 + _up(fraction)


def _seconds(hour: str, minute: str, second: str) -> int:
    """Of a time of day, or of an offset from UTC; an empty part is 0, :60 the next minute."""
    h, m, s = (int(part or 0) for part in (hour, minute, second))
    if h > 23 or m > 59 or s > 60:  # noqa: PLR2004 - a day, an hour, a leap second
        raise ValueError("not a time of day of RFC 3339")
    return h * 3600 + m * 60 + s


def _up(fraction: str) -> int:
    """Milliseconds of the digits after the point, rounded up."""
    return int(fraction[:3].ljust(3, "0")) + bool(fraction[3:].strip("0"))
