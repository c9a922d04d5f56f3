"""Quantities as people write them: durations and rates. UsageError names the accepted forms."""

import re
from fractions import Fraction

from eventq.core.errors import UsageError

_UNITS = {
    "us": Fraction(1, 1_000_000),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)", re.ASCII)
_ADDRESS = re.compile(
    r"(?:[0-9A-Za-z.%_-]*://)?"
    r"((?:\[[0-9a-fA-F:.]+(?:%[0-9A-Za-z._~-]+)?\]|[^\s:/\[\]]+)(?::([0-9]{1,5}))?)"
)
_RATE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:[eE]\+?(\d{1,3}))?(?:/(s|m|h|d))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,19}", re.ASCII)

MOST = 2**63 - 1
"""The largest number that Kafka's protocol has."""
_MOST_LETTERS = 100
_LONGEST = 36_500 * 86400
_NANO = 1_000_000_000
_FASTEST = 1_000_000_000
_SLOWEST = Fraction(1, _LONGEST)


def whole(text: str) -> int | None:
    """The number that `text` writes in digits alone, at most 2^63 - 1; None for everything else."""
    number = int(text) if _WHOLE.fullmatch(text) else MOST + 1
    return number if number <= MOST else None


def duration(text: str) -> float:
    """Seconds of `500ms`, `30s`, `5m`, `1h30m`; a bare number is refused, its unit would be a guess."""
    return float(_seconds(text))


def nanoseconds(text: str) -> int:
    """The same, exact; UsageError also for what is no whole number of nanoseconds."""
    exact = _seconds(text) * _NANO
    if exact.denominator != 1:
        raise UsageError(f"a duration finer than a nanosecond: {text!r:.120}", hint="such as 0.5us")
    return exact.numerator


def _seconds(text: str) -> Fraction:
    compact = text.strip()[: _MOST_LETTERS + 1]
    parts = list(_PART.finditer(compact))
    if not parts or "".join(part.group(0) for part in parts) != compact or len(compact) > _MOST_LETTERS:
        raise UsageError(f"not a duration: {text!r:.120}", hint="write it as 500ms, 30s, 5m or 1h30m")
    seconds = sum((Fraction(part.group(1)) * _UNITS[part.group(2)] for part in parts), start=Fraction(0))
    if seconds > _LONGEST:
        raise UsageError(f"a duration of more than a hundred years: {text!r}", hint="at most 36500d")
    return seconds


def duration_if_given(text: str | None) -> float | None:
    return None if text is None else duration(text)


def rate(text: str, *, zero: bool = False) -> Fraction:
    """Events per second of `100`, `0.5`, `100/s`, `30/m`, exact (1/m is 1/60); 0 is refused unless `zero`."""
    match = _RATE.fullmatch(text.strip()[: _MOST_LETTERS + 1])
    if match is None or len(text.strip()) > _MOST_LETTERS:
        raise UsageError(f"not a rate: {text!r:.120}", hint="write it as 100, 0.5, 100/s or 30/m")
    number, exponent, unit = match.groups()
    value = Fraction(f"{number}e{exponent or 0}") / _UNITS[unit or "s"]
    if not value and zero:
        return value
    if not value:
        raise UsageError("a rate of 0 would never send", hint="leave --rate out to send as fast as possible")
    if value > _FASTEST:
        raise UsageError(
            f"a rate of more than an event a nanosecond: {text!r}",
            hint="leave --rate out to send as fast as possible",
        )
    if value < _SLOWEST:
        raise UsageError(f"a rate of less than an event in a hundred years: {text!r}", hint="such as 1/d")
    return value


def addresses(text: str) -> str:
    """`host:port` or more of them with commas, blanks taken out; a host alone has the client's port, 9092.

    A listener's name before it (`PLAINTEXT://`) is left out, as by Java: security.protocol says how to talk.
    """
    return ",".join(map(_address, text.split(",")))


def _address(part: str) -> str:
    match = _ADDRESS.fullmatch(part.strip())
    if match is None or not 0 < int(match.group(2) or 9092) < 65536:  # noqa: PLR2004 - the last port
        raise UsageError(f"not an address: {part.strip()!r:.120}", hint="write it as host:port[,host:port…]")
    return match.group(1)
