"""What a window of samples measures of a group: arrivals by partition, what members read, when they commit.

A member's rate is taken from commit to commit, so that the steps in which it commits do not count. What was
still unread when it committed next shows that it never waited for records: only then its rate is what it can
do. A caught-up member has unread records at each look too, those of its next commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Status
from eventq.core.lag.window import Point, Track, Window

_LEAST_STEPS = 10
"""Samples between the first and the last commit: a commit is seen up to one sample late, so 10 %."""


@dataclass(frozen=True, slots=True)
class PartitionRate:
    """`arrival` in records per second; None where it can't be known, and `why` says so."""

    key: TopicPartition
    arrival: float | None
    lag: int | None
    owner: str | None = None
    why: str | None = None

    @property
    def name(self) -> str:
        return f"{self.key.topic}:{self.key.partition}"


@dataclass(frozen=True, slots=True)
class MemberRate:
    """What a member read per second, `rate` None where that can't be known, and `why` says so.

    `behind`: its partitions in which there were unread records all the time; `saturated`: all of them were.
    """

    member: MemberDescription
    rate: float | None = None
    commit_period: float | None = None
    behind: frozenset[TopicPartition] = frozenset()
    why: str | None = None

    @property
    def saturated(self) -> bool:
        return self.rate is not None and self.behind == frozenset(self.member.assignment)


@dataclass(frozen=True, slots=True)
class GroupMeasurement:
    """Of a group over `seconds`; `left_out` are its partitions of topics that no member reads any more."""

    group: GroupLag
    seconds: float
    partitions: tuple[PartitionRate, ...]
    members: tuple[MemberRate, ...]
    left_out: tuple[TopicPartition, ...] = ()

    @property
    def capacity(self) -> float | None:
        """The mean of the members that always had unread records in each of their partitions."""
        rates = [one.rate for one in self.members if one.rate is not None and one.saturated]
        return sum(rates) / len(rates) if rates else None

    @property
    def at_least(self) -> float | None:
        rates = [one.rate for one in self.members if one.rate]
        return max(rates) if rates else None

    @property
    def commit_period(self) -> float | None:
        periods = [one.commit_period for one in self.members if one.commit_period is not None]
        return median(periods) if periods else None

    @property
    def arrival(self) -> float | None:
        """None as soon as that of one partition is."""
        rates = [one.arrival for one in self.partitions if one.arrival is not None]
        return sum(rates) if len(rates) == len(self.partitions) > 0 else None

    def limit(self, one: PartitionRate) -> float | None:
        """The most that a member can read of this partition: what a member can do, else what its owner did
        while records of it waited.
        """
        if self.capacity is not None:
            return self.capacity
        of = (m.rate for m in self.members if m.member.member_id == one.owner and one.key in m.behind)
        return next(of, None)


def measure(group: GroupLag, window: Window) -> GroupMeasurement:
    tracks = {part.key: window.track(group.group, part.key) for part in group.counted}
    members = {part.member.member_id: part.member for part in group.counted if part.member}
    read = _topics(members.values())
    parts = [part for part in group.counted if not read or part.key.topic in read]
    seconds = max((t.points[-1].at - t.points[0].at for t in tracks.values() if t.points), default=0.0)
    return GroupMeasurement(
        group,
        seconds,
        tuple(_partition(part, tracks[part.key]) for part in parts),
        tuple(_member(member, tracks) for member in members.values()),
        tuple(part.key for part in group.counted if read and part.key.topic not in read),
    )


def _topics(members: Iterable[MemberDescription]) -> frozenset[str]:
    found: set[str] = set()
    for member in members:
        found.update(member.topics, (key.topic for key in member.assignment))
    return frozenset(found)


def _partition(part: PartitionLag, track: Track) -> PartitionRate:
    owner = part.member.member_id if part.member else None
    if part.lag is None:
        return PartitionRate(part.key, None, None, owner, part.error or "its lag is unknown")
    if part.status is Status.RECREATED:
        why = "the topic was deleted and created again: restart its consumers and check their commits"
        return PartitionRate(part.key, None, part.lag, owner, why)
    arrival = track.end.slope if track.end else None
    why_not = None if arrival is not None else "it was read only once in this time"
    return PartitionRate(part.key, arrival, part.lag, owner, why_not)


def _member(member: MemberDescription, tracks: dict[TopicPartition, Track]) -> MemberRate:
    if missing := [key for key in member.assignment if not (key in tracks and tracks[key].points)]:
        return MemberRate(member, why=f"{missing[0].topic}:{missing[0].partition} can't be read")
    columns = [tracks[key].points for key in member.assignment]
    columns, why = _owned(columns, member.member_id)
    if not columns:
        return MemberRate(member, why=why)
    times = [point.at for point in columns[0]]
    totals = [sum(column[n].committed or 0 for column in columns) for n in range(len(times))]
    moves = [n for n in range(1, len(totals)) if totals[n] != totals[n - 1]]
    if not moves:
        return MemberRate(member, why=f"it committed nothing in {times[-1] - times[0]:.0f} s")
    first, last = moves[0], moves[-1]
    if last - first < _LEAST_STEPS:
        return MemberRate(member, why="its commits lie too close together or too far apart for this window")
    seconds = times[last] - times[first]
    behind = frozenset(
        key for key, column in zip(member.assignment, columns, strict=True) if _behind(column, first, last)
    )
    return MemberRate(member, (totals[last] - totals[first]) / seconds, seconds / (len(moves) - 1), behind)


def _owned(columns: list[list[Point]], member: str) -> tuple[list[list[Point]], str]:
    """The points since the member has had all of these partitions, without a commit that went back."""
    if len({tuple(point.at for point in column) for column in columns}) != 1:
        return [], "its partitions could not be read all the time"
    begin, why = 0, ""
    for column in columns:
        for n, point in enumerate(column):
            if point.owner != member:
                begin, why = max(begin, n + 1), "the group rebalanced meanwhile"
            elif point.committed is None:
                begin, why = max(begin, n + 1), "it has not committed in each of its partitions yet"
            elif point.rewind is not None and point.rewind.at == point.at and n > 0:
                begin, why = max(begin, n), "a committed offset was reset meanwhile"
    left = [column[begin:] for column in columns]
    return (left, why) if len(left[0]) > _LEAST_STEPS else ([], why or "too few samples")


def _behind(column: Sequence[Point], first: int, last: int) -> bool:
    """Whether at each look there was more than what the next commit was for.

    Whether this partition's commit moved does not matter: a member may read its partitions one after another.
    """
    following = column[last].committed or 0
    for n in range(last, first - 1, -1):
        point = column[n]
        if point.end <= following:
            return False
        if n > first and point.committed != column[n - 1].committed:
            following = point.committed or 0
    return True
