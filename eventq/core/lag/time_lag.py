"""Time lag: the age of the oldest record that a group has not consumed.

Either by that record's timestamp, or by when the end passed its offset, as seen while watching.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot
from eventq.core.text import plural

_KEPT_ENDS = 128


class Source(str, Enum):
    FETCHED = "fetched"
    INTERPOLATED = "interpolated"


@dataclass(frozen=True, slots=True)
class TimeLag:
    """`seconds` is None when not asked for or unknown; `note` says why, or what is odd about the number.

    `empty`: the records were looked through, and a reader would get none of them.
    """

    seconds: float | None = None
    source: Source | None = None
    note: str | None = None
    empty: bool = False


TimeLagKey = tuple[str, TopicPartition]
"""A group by its name, and a partition of it."""


class Ends:
    """When the end of a partition passed which offset: points that rise in time and never fall in offset.

    Of more than 128 every second goes: the older a point the coarser, the error is a share of the age.
    """

    def __init__(self) -> None:
        self._times: list[float] = []
        self._ends: list[int] = []

    def add(self, at: float, end: int) -> None:
        """An end that went back (a log cut, or created anew) begins a new history."""
        times, ends = self._times, self._ends
        if ends and end < ends[-1]:
            times.clear()
            ends.clear()
        if len(ends) > 1 and ends[-2] == ends[-1] == end:
            times[-1] = at
            return
        times.append(at)
        ends.append(end)
        if len(ends) > _KEPT_ENDS:
            del times[1:-1:2], ends[1:-1:2]

    def passed(self, offset: int) -> float | None:
        """When the record at `offset` arrived; None if that was before the first point, or has yet to come.

        Arrivals between two points are taken as evenly spread, each in the middle of its share of the time.
        """
        after = bisect_right(self._ends, offset)
        if after in (0, len(self._ends)):
            return None
        (t, end), (later, end_later) = self._point(after - 1), self._point(after)
        return t + (later - t) * (offset - end + 0.5) / (end_later - end)

    def forget(self, offset: int) -> None:
        """Nobody will ask for what lies below."""
        before = bisect_right(self._ends, offset) - 1
        if before > 0:
            del self._times[:before], self._ends[:before]

    def _point(self, index: int) -> tuple[float, int]:
        return self._times[index], self._ends[index]


def unread(part: PartitionLag) -> Range | None:
    """What the group has still to read of a partition; None if that is nothing or unknown."""
    if not part.lag or part.end is None:
        return None
    return Range(part.topic, part.partition, part.end - part.lag, part.end)


def interpolated(now: float, arrived: float) -> TimeLag:
    """Both by the clock that never goes back."""
    return TimeLag(max(0.0, now - arrived), Source.INTERPOLATED)


def fetched(at: float, read_by: float, first: FirstRecord) -> TimeLag:
    """The age at `at`, when the reads began; by `read_by` they had ended: epoch seconds, both by this
    machine's clock. The timestamp is the producer's or the broker's: only after `read_by` it is odd.
    """
    if first.error is not None:
        return TimeLag(note=first.error)
    if first.timestamp is None:
        return TimeLag(0.0, Source.FETCHED, "no readable record is left", empty=True)
    ahead = first.timestamp - read_by
    note = f"the record is dated {ahead:.1f} s ahead of this machine's clock" if ahead > 0 else None
    return TimeLag(max(0.0, at - first.timestamp), Source.FETCHED, note)


def oldest(parts: Iterable[TimeLag]) -> TimeLag:
    """A group's: the maximum of its partitions', unknown as soon as one is."""
    found = list(parts)
    if any(part.seconds is None for part in found):
        return TimeLag()
    return max(found, key=lambda part: part.seconds or 0.0, default=TimeLag())


def consumed(snapshot: Snapshot, found: Mapping[TimeLagKey, TimeLag]) -> Snapshot:
    """The same with a lag of 0 wherever nothing is left that a reader would get, as markers at the end."""
    empty = {key for key, one in found.items() if one.empty}
    if not empty:
        return snapshot
    return replace(snapshot, groups=tuple(_consumed(group, empty) for group in snapshot.groups))


def _consumed(group: GroupLag, empty: set[TimeLagKey]) -> GroupLag:
    parts = [part for part in group.partitions if (group.group, part.key) in empty]
    if not parts:
        return group
    first, more = parts[0], len(parts) - 1
    others = f" (and {plural(more, 'more partition')})" if more else ""
    start = (first.end or 0) - (first.lag or 0)
    warning = (
        f"{first.topic}:{first.partition}{others}: no readable record from {start} on; it counts as consumed"
    )
    read = {part.key: replace(part, lag=0) for part in parts}
    partitions = tuple(read.get(part.key, part) for part in group.partitions)
    return replace(group, partitions=partitions, warnings=(*group.warnings, warning))
