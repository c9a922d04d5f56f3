"""Gives each event of a batch its partition before it is sent, as far as the partitions' bounds have room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.partitioner import KeyPartitions

_CHUNK = 100
"""So many events without a key go to one partition before another is chosen: batches stay large."""

_Column = TypeVar("_Column")


@dataclass(slots=True)
class PlacedEvents:
    """`runs` may be sent; `dropped`: sequence numbers (first, how many); `rest` waits for room."""

    runs: list[EventBatch] = field(default_factory=list)
    dropped: list[tuple[int, int]] = field(default_factory=list)
    rest: EventBatch | None = None


class Placer:
    """Of a worker: `limits` by partition are how many of its events may have been handed over in all.

    Events with a key go where the clients would send them, those without to the partition with most room.
    `fixed`: everything goes to this partition.
    """

    def __init__(self, partitions: int, fixed: int | None, *, drops: bool) -> None:
        self._keys, self._fixed, self._drops = KeyPartitions(partitions), fixed, drops
        self._partitions = range(partitions) if fixed is None else range(fixed, fixed + 1)
        self.limits: Mapping[int, int] = {}
        self.handed = dict.fromkeys(self._partitions, 0)
        self._chunk: tuple[int, int] = (0, 0)

    def room(self, partition: int) -> int:
        return self.limits.get(partition, 0) - self.handed[partition]

    def place(self, batch: EventBatch) -> PlacedEvents:
        """In their order: what comes after an event without room waits for it, or it alone is dropped."""
        found = PlacedEvents()
        partitions = self._given(batch)
        chosen: list[int] = []
        for i, given in enumerate(partitions):
            partition = self._choose() if given is None else given
            if partition is not None and self.room(partition) > 0:
                self.handed[partition] += 1
                chosen.append(partition)
                continue
            _run(found, batch, i, chosen)
            chosen = []
            if not self._drops:
                found.rest = _part(batch, i, len(batch), None)
                return found
            _drop(found, batch.first + i)
        _run(found, batch, len(batch), chosen)
        return found

    def _given(self, batch: EventBatch) -> Sequence[int | None]:
        """Where events have to go; None: anywhere."""
        if batch.partitions is not None:
            return batch.partitions
        if self._fixed is not None:
            return [self._fixed] * len(batch)
        if batch.keys is None:
            return [None] * len(batch)
        return [None if key is None else self._keys.of(key) for key in batch.keys]

    def _choose(self) -> int | None:
        partition, left = self._chunk
        if left <= 0 or self.room(partition) <= 0:
            partition, left = max(self._partitions, key=self.room), _CHUNK
        self._chunk = (partition, left - 1)
        return partition


def _run(found: PlacedEvents, batch: EventBatch, end: int, chosen: Sequence[int]) -> None:
    """The events before `end` that got their partitions in a row."""
    if chosen:
        found.runs.append(_part(batch, end - len(chosen), end, chosen))


def _drop(found: PlacedEvents, number: int) -> None:
    if found.dropped and sum(found.dropped[-1]) == number:
        first, count = found.dropped[-1]
        found.dropped[-1] = (first, count + 1)
    else:
        found.dropped.append((number, 1))


def _part(batch: EventBatch, start: int, end: int, partitions: Sequence[int] | None) -> EventBatch:
    return replace(
        batch,
        numbers=batch.numbers[start:end],
        values=batch.values[start:end],
        stamps=_cut(batch.stamps, start, end),
        keys=_cut(batch.keys, start, end),
        first=batch.first + start,
        headers=_cut(batch.headers, start, end),
        partitions=_cut(batch.partitions, start, end) if partitions is None else partitions,
    )


def _cut(column: Sequence[_Column] | None, start: int, end: int) -> Sequence[_Column] | None:
    return None if column is None else column[start:end]
