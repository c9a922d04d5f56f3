"""Where a member begins in a partition: one rule for every client and every sink.

A position that is remembered counts: a sink's own before the group's commit. Without one the start that was
asked for counts. What the log no longer has begins at the log start: what can still be read is never skipped.
"""

from dataclasses import dataclass

from eventq.core.consume.report import Reset
from eventq.core.start import Start, StartKind, place


@dataclass(frozen=True, slots=True)
class PartitionOffsets:
    """What the cluster knows of one partition; all are offsets.

    `end` is the last stable offset under read committed. `committed` is the group's, None without a commit.
    `at_time` is the first record of the start's time or later: None without such a record, or such a start.
    """

    log_start: int
    end: int
    committed: int | None = None
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """`offset` is the first to be read.

    `fresh`: nobody remembers a position there: `offset` is committed before the first record is read, so
    that a crash can't move it. `skipped` counts the offsets of retained records that a start at the end
    leaves out. `reset` is there when a remembered position lies outside the log.
    """

    offset: int
    fresh: bool = False
    skipped: int = 0
    reset: Reset | None = None


def beginning(partition: int, start: Start, known: PartitionOffsets, own: int | None = None) -> Beginning:
    """`own` is the position that a sink keeps of the partition; it wins over the group's commit."""
    by_group = _by_group(partition, start, known)
    if own is None or own == by_group.offset:
        return by_group
    return _at(partition, own, known.log_start)


def _by_group(partition: int, start: Start, known: PartitionOffsets) -> Beginning:
    if known.committed is not None:
        return _at(partition, known.committed, known.log_start)
    offset = place(start, known.log_start, known.end, known.at_time)
    skipped = max(0, offset - known.log_start) if start.kind is StartKind.END else 0
    return Beginning(offset, fresh=True, skipped=skipped)


def _at(partition: int, position: int, log_start: int) -> Beginning:
    return Beginning(position) if position >= log_start else outside(partition, position, log_start)


def outside(partition: int, position: int, log_start: int) -> Beginning:
    """After a position that the log does not have; one beyond its end lost nothing (a topic made anew)."""
    return Beginning(log_start, reset=Reset(partition, position, log_start, max(0, log_start - position)))
