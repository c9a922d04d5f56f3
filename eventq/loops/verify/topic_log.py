"""Reads a topic's partitions up to their ends, which were pinned when the audit began."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.records import LogSlice

_POLL_SECONDS = 0.5
_SILENCE_SECONDS = 60.0


class TopicReader(Protocol):
    """A client that reads partitions without a group; see broker/verify for who serves it."""

    def begin(self, offsets: Mapping[int, int]) -> None:
        """Reads these partitions from these offsets on; where the log has moved on, from its start."""
        ...

    def poll(self, seconds: float) -> list[LogSlice]:
        """The next records, at most one slice a partition; none after `seconds` without any."""
        ...

    def positions(self) -> Mapping[int, int]:
        """The next offset of each partition, beyond records that are never given out."""
        ...

    def leave(self, partition: int) -> None:
        """Nothing more is wanted of it."""
        ...


def read_log(
    reader: TopicReader, topic: str, partitions: Mapping[int, PartitionLog], clock: Clock
) -> Iterator[LogSlice]:
    """All records from the logs' starts to their ends; EventqError where nothing more comes for a minute."""
    left = {p: log for p, log in partitions.items() if log.log_start < log.end}
    next_offset = {partition: log.log_start for partition, log in left.items()}
    if left:
        reader.begin(next_offset)
    until = clock.monotonic() + _SILENCE_SECONDS
    while left:
        slices = [records for records in reader.poll(_POLL_SECONDS) if records.partition in left]
        for records in slices:
            _check_forward(topic, records, next_offset)
            yield records.first(bisect_left(records.offsets, left[records.partition].end))
            next_offset[records.partition] = records.offsets[-1] + 1
        moved = bool(slices) or _skip(reader, next_offset, left)
        for partition in [p for p, log in left.items() if next_offset[p] >= log.end]:
            reader.leave(partition)
            del left[partition]
        if moved:
            until = clock.monotonic() + _SILENCE_SECONDS
        elif clock.monotonic() >= until:
            raise _silent(topic, next_offset, left)


def _check_forward(topic: str, records: LogSlice, next_offset: Mapping[int, int]) -> None:
    if records.offsets[0] < next_offset[records.partition]:
        raise EventqError(
            f"{topic}:{records.partition} went back from offset {next_offset[records.partition]} to "
            f"{records.offsets[0]} while it was read",
            hint="its log was cut off, as by an unclean election of a leader: audit it again",
        )


def _skip(reader: TopicReader, next_offset: dict[int, int], left: Mapping[int, PartitionLog]) -> bool:
    """Over what is at the end of a log and no record: markers of transactions, aborted records."""
    found = reader.positions()
    ahead = {p: found[p] for p in left if found.get(p, -1) > next_offset[p]}
    next_offset.update(ahead)
    return bool(ahead)


def _silent(topic: str, next_offset: Mapping[int, int], left: Mapping[int, PartitionLog]) -> EventqError:
    partition, log = min(left.items())
    return EventqError(
        f"nothing more came of {topic}:{partition} for {_SILENCE_SECONDS:g} s, at offset "
        f"{next_offset[partition]} of {log.end}",
        hint="is its leader there (eventq topic describe), or a transaction still open in it?",
    )
