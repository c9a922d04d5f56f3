"""What a reset is told on the command line."""

import re
from collections.abc import Iterable

from eventq.core.errors import UsageError
from eventq.core.group.reset import Shift, Target
from eventq.core.parse import duration, whole
from eventq.core.start import Start, StartKind, parse_place

_NAMED = {"earliest": Start(StartKind.BEGINNING), "latest": Start(StartKind.END)}
_SHIFT = re.compile(r"[+-]\d{1,19}", re.ASCII)
_ISO = re.compile(
    r"P(?:(?P<w>\d{1,19})W)?(?:(?P<d>\d{1,19})D)?"
    r"(?:T(?:(?P<h>\d{1,19})H)?(?:(?P<m>\d{1,19})M)?(?:(?P<s>\d{1,19}(?:\.\d{1,19})?)S)?)?",
    re.ASCII,
)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_FORMS = (
    "one of earliest, latest, an offset, a time as 2026-01-31T12:00:00Z or @1769860800000 (epoch "
    "milliseconds), -N or +N, duration:PT1H or duration:1h"
)


def parse_target(text: str, now: float) -> Target:
    """`now` in epoch seconds, for durations, which count back from it."""
    if text in _NAMED:
        return _NAMED[text]
    if _SHIFT.fullmatch(text):
        return Shift(int(text))
    kind, colon, rest = text.partition(":")
    if kind == "duration" and colon:
        return Start(StartKind.TIME, max(0, int((now - _duration(rest)) * 1000)))
    return parse_place(text, _FORMS)


def _duration(text: str) -> float:
    """Seconds of an ISO 8601 duration, or of one as other options take it (`1h30m`)."""
    if not text.startswith("P"):
        return duration(text)
    match = _ISO.fullmatch(text)
    given = {unit: float(n) for unit, n in match.groupdict().items() if n is not None} if match else {}
    if not given or text.endswith("T"):
        raise UsageError(f"not a duration: {text!r:.120}", hint="write it as PT1H, P2DT30M or 1h30m")
    return sum(number * _SECONDS[unit] for unit, number in given.items())


def parse_topics(items: Iterable[str]) -> dict[str, frozenset[int] | None]:
    """`orders` for all partitions, `orders:0,3` for these; a topic named twice gets both."""
    found: dict[str, frozenset[int] | None] = {}
    for item in items:
        topic, colon, numbers = item.partition(":")
        parts = [whole(part.strip()) for part in numbers.split(",")] if colon else []
        chosen = frozenset(part for part in parts if part is not None)
        if not topic or None in parts:
            raise UsageError(
                f"not a topic with partitions: {item!r}", hint="write it as orders or orders:0,3"
            )
        before = found.get(topic, frozenset())
        found[topic] = None if not colon or before is None else before | chosen
    return found
