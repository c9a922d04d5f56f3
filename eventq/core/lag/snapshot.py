"""The rules of lag: what was read of a cluster in, what a group is behind by out.

    lag       = end - committed              what the group has still to read
    retained  = end - log start              what the log holds
    lost      = log start - committed        deleted unread, never negative

An unknown number is None, never 0: a script that waits for 0 must not be told so by a failed read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import GroupReads, MemberDescription, Reads, Topic
from eventq.core.text import plural


class Status(str, Enum):
    OK = "ok"
    NO_COMMIT = "no-commit"
    LOSS = "loss"
    AHEAD = "ahead"
    RECREATED = "recreated"
    NO_TOPIC = "no-topic"
    ERROR = "error"


class Assume(str, Enum):
    """Where consumers start in a partition without a commit (their auto.offset.reset)."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class PartitionLag:
    topic: str
    partition: int
    status: Status
    log_start: int | None = None
    committed: int | None = None
    end: int | None = None
    high_watermark: int | None = None
    lag: int | None = None
    lost: int = 0
    member: MemberDescription | None = None
    error: str | None = None

    @property
    def retained(self) -> int | None:
        if self.end is None or self.log_start is None:
            return None
        return max(0, self.end - self.log_start)

    @property
    def key(self) -> TopicPartition:
        return TopicPartition(self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class GroupLag:
    """`member_count` is None where members can't be known. The totals are derived, so they can't disagree."""

    group: str
    state: str
    type: str
    assignor: str | None
    member_count: int | None
    partitions: tuple[PartitionLag, ...]
    warnings: tuple[str, ...] = ()
    error: str | None = None

    @property
    def counted(self) -> tuple[PartitionLag, ...]:
        """The partitions that the total is over: those of topics that exist."""
        return tuple(p for p in self.partitions if p.status is not Status.NO_TOPIC)

    @property
    def lag(self) -> int | None:
        """The total; None as soon as one part of it is unknown, or when nothing is known at all."""
        return None if self._incomplete else self.known_lag

    @property
    def known_lag(self) -> int:
        return sum(p.lag or 0 for p in self.counted)

    @property
    def max_lag(self) -> int | None:
        return None if self._incomplete else max(p.lag or 0 for p in self.counted)

    @property
    def lag_assumed(self) -> int:
        """How much of the total rests on `--assume`."""
        return sum(p.lag or 0 for p in self.counted if p.status is Status.NO_COMMIT)

    @property
    def lost(self) -> int:
        return sum(p.lost for p in self.partitions)

    @property
    def _incomplete(self) -> bool:
        return self.error is not None or not self.counted or any(p.lag is None for p in self.counted)


@dataclass(frozen=True, slots=True)
class Snapshot:
    at: float
    groups: tuple[GroupLag, ...]
    errors: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every part could be read; if not, the exit code says so."""
        parts = (p for g in self.groups for p in g.partitions)
        failed = any(p.status is Status.ERROR for p in parts) or any(g.error for g in self.groups)
        return not (failed or self.errors)


def partition_lag(
    key: TopicPartition,
    committed: int | None,
    bounds: Bounds,
    assume: Assume,
    member: MemberDescription | None = None,
    *,
    recreated: bool = False,
) -> PartitionLag:
    """One partition of one group, by its commit and the log's bounds."""
    topic, partition = key
    start, end, high = bounds.log_start, bounds.end, bounds.high_watermark
    if bounds.gone:
        status, error = Status.NO_TOPIC, bounds.error
        return PartitionLag(topic, partition, status, committed=committed, member=member, error=error)
    if start is None or end is None:
        status, error = Status.ERROR, bounds.error or "its offsets could not be read"
        return PartitionLag(topic, partition, status, start, committed, end, member=member, error=error)
    status, lag, lost = _judge(committed, start, end, end if high is None else high, assume)
    if recreated:
        status, lost = Status.RECREATED, 0
    return PartitionLag(topic, partition, status, start, committed, end, high, lag, lost, member)


def _judge(committed: int | None, start: int, end: int, high: int, assume: Assume) -> tuple[Status, int, int]:
    """Status, lag and lost. A commit between the last stable offset and the high watermark is caught up."""
    retained = max(0, end - start)
    if committed is None:
        return Status.NO_COMMIT, retained if assume is Assume.EARLIEST else 0, 0
    if committed < start:
        return Status.LOSS, retained, start - committed
    if committed > high:
        return Status.AHEAD, 0, 0
    return Status.OK, max(0, end - committed), 0


def group_lag(group: GroupReads, reads: Reads, assume: Assume) -> GroupLag:
    members = group.description.members
    owners = {key: member for member in members or () for key in member.assignment}
    recreated = reads.recreated(group)
    partitions = tuple(
        _of_group(key, group, reads, assume, owners.get(key), recreated=key.topic in recreated)
        for key in reads.partitions_of(group)
    )
    return GroupLag(
        group=group.group,
        state=group.description.state or group.state,
        type=group.type,
        assignor=group.description.assignor,
        member_count=None if members is None else len(members),
        partitions=partitions,
        warnings=_warnings(group, partitions),
        error=group.commits.error or group.description.error,
    )


def _of_group(
    key: TopicPartition,
    group: GroupReads,
    reads: Reads,
    assume: Assume,
    member: MemberDescription | None,
    *,
    recreated: bool,
) -> PartitionLag:
    bounds = reads.bounds.get(key) or _unread(reads.topics.get(key.topic))
    if group.commits.error is not None:
        bounds = Bounds(bounds.log_start, None, error=group.commits.error, gone=bounds.gone)
    return partition_lag(key, group.commits.offsets.get(key), bounds, assume, member, recreated=recreated)


def _unread(topic: Topic | None) -> Bounds:
    return Bounds(gone=topic is None or topic.error is None)


def _warnings(group: GroupReads, partitions: Iterable[PartitionLag]) -> tuple[str, ...]:
    notes = [group.description.note] if group.description.note else []
    return (*notes, *(found for part in partitions if (found := trouble(part))))


def trouble(part: PartitionLag) -> str | None:
    """What is wrong with the commit itself, so that no reading on can mend it; None when nothing is."""
    where = f"{part.topic}:{part.partition}"
    if part.lost:
        return f"{where}: {plural(part.lost, 'record')} deleted unread"
    if part.status is Status.AHEAD:
        return f"{where}: the commit {part.committed} lies beyond the end {part.end}"
    if part.status is Status.RECREATED:
        commit = "no commit yet" if part.committed is None else "the commit may be of the old one"
        return f"{where}: the topic was deleted and created again; {commit}"
    return None


def snapshot(reads: Reads, assume: Assume = Assume.EARLIEST) -> Snapshot:
    groups = tuple(group_lag(group, reads, assume) for group in reads.groups)
    return Snapshot(reads.at, groups, reads.errors)
