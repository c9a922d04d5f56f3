"""Time lag: the age of the oldest record that a group has not consumed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Source(str, Enum):
    FETCHED = "fetched"
    INTERPOLATED = "interpolated"


@dataclass(frozen=True, slots=True)
class TimeLag:
    """`seconds` is None when not asked for or unknown; `note` says why, or what is odd about the number."""

    seconds: float | None = None
    source: Source | None = None
    note: str | None = None


def oldest(parts: Iterable[TimeLag]) -> TimeLag:
    """A group's: the maximum of its partitions', unknown as soon as one is."""
    found = list(parts)
    if any(part.seconds is None for part in found):
        return TimeLag()
    return max(found, key=lambda part: part.seconds or 0.0, default=TimeLag())
