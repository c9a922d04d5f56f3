"""What a reset is told on the command line and by a saved CSV file."""

import csv
import re
from collections.abc import Iterable
from io import StringIO

from eventq.core.errors import UsageError
from eventq.core.group.reset import Shift, Target
from eventq.core.kafka import TopicPartition
from eventq.core.parse import duration
from eventq.core.start import Start, StartKind, millis

_NAMED = {"earliest": Start(StartKind.BEGINNING), "latest": Start(StartKind.END)}
_SHIFT = re.compile(r"[+-]\d+")
_ISO = re.compile(
    r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_FORMS = "earliest, latest, an offset, a time as 2026-01-31T12:00:00Z, -N or +N, duration:PT1H or duration:1h"


def parse_target(text: str, now: float) -> Target:
    """`now` in epoch seconds, for durations, which count back from it."""
    if text in _NAMED:
        return _NAMED[text]
    if _SHIFT.fullmatch(text):
        return Shift(int(text))
    if text.isdecimal():
        return Start(StartKind.OFFSET, int(text))
    kind, colon, rest = text.partition(":")
    if kind == "duration" and colon:
        return Start(StartKind.TIME, max(0, int((now - _duration(rest)) * 1000)))
    try:
        return Start(StartKind.TIME, millis(text))
    except UsageError as error:
        raise UsageError(f"not a reset target: {text!r}", hint=f"one of {_FORMS}") from error


def _duration(text: str) -> float:
    """Seconds of an ISO 8601 duration, or of one as other options take it (`1h30m`)."""
    if not text.startswith("P"):
        return duration(text)
    match = _ISO.fullmatch(text)
    given = {unit: float(n) for unit, n in match.groupdict().items() if n is not None} if match else {}
    if not given or text.endswith("T"):
        raise UsageError(f"not a duration: {text!r}", hint="write it as PT1H, P2DT30M or 1h30m")
    return sum(number * _SECONDS[unit] for unit, number in given.items())


def parse_topics(items: Iterable[str]) -> dict[str, frozenset[int] | None]:
    """`orders` for all partitions, `orders:0,3` for these; a topic named twice gets both."""
    found: dict[str, frozenset[int] | None] = {}
    for item in items:
        topic, colon, numbers = item.partition(":")
        parts = [part.strip() for part in numbers.split(",")] if colon else []
        if not topic or not all(part.isdecimal() for part in parts):
            raise UsageError(
                f"not a topic with partitions: {item!r}", hint="write it as orders or orders:0,3"
            )
        before = found.get(topic, frozenset())
        found[topic] = None if not colon or before is None else before | frozenset(map(int, parts))
    return found


def parse_saved(text: str, group: str, name: str) -> dict[TopicPartition, int | None]:
    """The `committed` column of the file `name`, by topic and partition; only rows of the group.

    It reads what `group reset -o csv` and `lag -o csv` write; an empty field is no commit.
    """
    rows = csv.DictReader(StringIO(text))
    missing = {"topic", "partition", "committed"} - set(rows.fieldnames or ())
    if missing:
        raise UsageError(
            f"{name} has no column {', '.join(sorted(missing))}",
            hint="save it with eventq group reset -o csv or eventq lag -o csv",
        )
    found: dict[TopicPartition, int | None] = {}
    others = set()
    for number, row in enumerate(rows, start=2):
        if row.get("group", group) != group:
            others.add(row["group"])
            continue
        found[_key(row, name, number)] = _offset(row["committed"], name, number)
    if not found:
        there = f"it has {', '.join(sorted(others))}" if others else "it has no rows"
        raise UsageError(f"{name} has nothing of group {group}", hint=there)
    return found


def _key(row: dict[str, str], name: str, number: int) -> TopicPartition:
    if not (row["topic"] and (row["partition"] or "").isdecimal()):
        raise UsageError(f"{name}, line {number}: no topic and partition")
    return TopicPartition(row["topic"], int(row["partition"]))


def _offset(text: str | None, name: str, number: int) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise UsageError(f"{name}, line {number}: not an offset: {text!r}")
    return int(text)
