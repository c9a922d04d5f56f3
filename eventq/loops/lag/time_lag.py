"""How old what groups have not read is: from what watch saw arrive, else by fetching the records."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from eventq.core.errors import EventqError
from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import Ends, TimeLag, TimeLagKey, fetched, interpolated, unread

Place = tuple[str, int, int]


class FirstRecordReader(Protocol):
    def find(self, ranges: Collection[Range]) -> Mapping[Range, FirstRecord]:
        """The first readable record of each; EventqError when nothing answered."""
        ...


class TimeLags:
    """Of one snapshot or of a watch's, one after the other; `at_most` records are fetched for each.

    A record is fetched once: one that a stuck group still has before it is remembered. So is that a range
    holds none, until the range grows.
    """

    def __init__(self, records: FirstRecordReader, at_most: int | None = None) -> None:
        self._records, self._at_most = records, at_most
        self._ends: dict[TopicPartition, Ends] = {}
        self._recreated: set[TopicPartition] = set()
        self._known: dict[Place, tuple[Range, FirstRecord]] = {}

    def of(self, snapshot: Snapshot, at: float, now: Callable[[], float]) -> dict[TimeLagKey, TimeLag]:
        """Of the partitions with lag; `at`: the time of the snapshot by the clock that never goes back.

        `now` is asked for seconds since the epoch once the records are read.
        """
        parts = [(group, part) for group in snapshot.groups for part in group.partitions]
        self._see(at, (part for _, part in parts))
        behind = {(group.group, part.key): rest for group, part in parts if (rest := unread(part))}
        arrived = {key: self._ends[key[1]].passed(rest.start) for key, rest in behind.items()}
        self._fetch([rest for key, rest in behind.items() if arrived[key] is None])
        self._forget(parts)
        read_by = now()
        return {
            key: self._dated(snapshot.at, read_by, rest)
            if (then := arrived[key]) is None
            else interpolated(at, then)
            for key, rest in behind.items()
        }

    def _see(self, at: float, parts: Iterable[PartitionLag]) -> None:
        for key, part in {part.key: part for part in parts}.items():
            if part.status is Status.NO_TOPIC:
                self._recreated.discard(key)
                self._ends.pop(key, None)
            elif part.status is Status.RECREATED and key not in self._recreated:
                self._recreated.add(key)
                self._begin_anew(key)
            if part.end is not None:
                self._ends.setdefault(key, Ends()).add(at, part.end)

    def _begin_anew(self, key: TopicPartition) -> None:
        """Nothing that was seen of the old topic's records holds for the new one's."""
        self._ends.pop(key, None)
        self._known = {place: found for place, found in self._known.items() if place[:2] != key}

    def _fetch(self, ranges: Iterable[Range]) -> None:
        """Keeps what is still asked for and was found, asks for the rest."""
        wanted = {rest.place: rest for rest in ranges}
        self._known = {
            place: (rest, first)
            for place, (rest, first) in self._known.items()
            if place in wanted and (first.timestamp is not None or (first.missing and wanted[place] == rest))
        }
        missing = [rest for place, rest in wanted.items() if place not in self._known][: self._at_most]
        if not missing:
            return
        try:
            found = self._records.find(missing)
        except EventqError as error:
            found = {rest: FirstRecord(error=str(error)) for rest in missing}
        self._known.update((rest.place, (rest, first)) for rest, first in found.items())

    def _dated(self, at: float, read_by: float, rest: Range) -> TimeLag:
        known = self._known.get(rest.place)
        if known is None:
            return TimeLag(note=f"not read yet: at most {self._at_most} records are fetched per sample")
        return fetched(at, read_by, known[1])

    def _forget(self, parts: Iterable[tuple[GroupLag, PartitionLag]]) -> None:
        """What every group has passed; nothing where one can't be read; of partitions seen no more, all."""
        lowest: dict[TopicPartition, int] = {}
        for _, part in parts:
            at = 0 if part.lag is None or part.end is None else part.end - part.lag
            lowest[part.key] = min(lowest.get(part.key, at), at)
        self._ends = {key: ends for key, ends in self._ends.items() if key in lowest}
        for key, ends in self._ends.items():
            ends.forget(lowest[key])
