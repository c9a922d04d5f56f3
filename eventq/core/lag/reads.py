"""What a snapshot of lag reads of a cluster: plain values, each failed part with its own error."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from eventq.core.kafka import Bounds, TopicPartition


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group as the cluster lists it; `type` is classic, consumer, share, streams, or "": not known yet."""

    group: str
    state: str
    type: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All groups that answered, and what the brokers that did not answer said."""

    groups: tuple[ListedGroup, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberDescription:
    member_id: str
    client_id: str
    host: str
    topics: tuple[str, ...] = ()
    assignment: tuple[TopicPartition, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """A group's type and members; None when they can't be known, and `note` says why."""

    state: str | None = None
    assignor: str | None = None
    members: tuple[MemberDescription, ...] | None = None
    note: str | None = None
    error: str | None = None
    type: str | None = None

    @property
    def exists(self) -> bool:
        """Whether there is such a group; one that can't be described can't be denied."""
        return self.error is not None or self.state not in {None, "Dead"}


@dataclass(frozen=True, slots=True)
class Commits:
    offsets: Mapping[TopicPartition, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """`leaders` has every partition, None where it has no leader; `error` when the topic can't be read.

    `whole`: each partition has all of its replicas in sync.
    """

    topic: str
    topic_id: str | None = None
    leaders: Mapping[int, int | None] = field(default_factory=dict)
    error: str | None = None
    whole: bool = True


def bound(columns: Sequence[int | Bounds]) -> Bounds:
    """Log start, end and perhaps the high watermark as one; the first that failed stands for all."""
    for column in columns:
        if isinstance(column, Bounds):
            return column
    numbers = [column for column in columns if isinstance(column, int)]
    return Bounds(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Range:
    """Records that a group has still to read: offsets from `start` up to but not including `end`."""

    topic: str
    partition: int
    start: int
    end: int

    @property
    def place(self) -> tuple[str, int, int]:
        return self.topic, self.partition, self.start


@dataclass(frozen=True, slots=True)
class FirstRecord:
    """The first readable record of a range, by its timestamp in seconds since the epoch.

    With neither timestamp nor error there is none: only control, aborted or compacted-away records.
    `moved`: the error may pass, because the partition's leader is another one now, or soon will be.
    """

    timestamp: float | None = None
    error: str | None = None
    moved: bool = False

    @property
    def missing(self) -> bool:
        return self.timestamp is None and self.error is None


@dataclass(frozen=True, slots=True)
class GroupReads:
    group: str
    state: str
    type: str
    description: Description
    commits: Commits


def topics_of(group: GroupReads, wanted: Collection[str] = (), *, named: bool = True) -> frozenset[str]:
    """Every topic where the group has a commit or a live member's subscription or assignment.

    With `wanted` (--topic) exactly those for a group that was named, of any other group those that it reads.
    """
    if wanted and named:
        return frozenset(wanted)
    found = {key.topic for key in group.commits.offsets}
    for member in group.description.members or ():
        found.update(member.topics, (key.topic for key in member.assignment))
    return frozenset(found & set(wanted) if wanted else found)


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic as a group read it at first; since then `recreated`, now `gone`, or `left` by the group."""

    topic: Topic
    recreated: bool = False
    gone: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Reads:
    """All that one snapshot read, in this order: groups, commits, topics, bounds.

    `wanted` are the topics asked for, `named`: so were the groups. `lost`: by group, the topics that it read
    and that are gone or created again.
    """

    at: float
    groups: tuple[GroupReads, ...]
    topics: Mapping[str, Topic]
    bounds: Mapping[TopicPartition, Bounds]
    wanted: tuple[str, ...] = ()
    lost: Mapping[str, Mapping[str, KnownTopic]] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    named: bool = True

    def recreated(self, group: GroupReads) -> frozenset[str]:
        """The group's topics whose id is another than the one they had."""
        return frozenset(name for name, known in self._lost(group).items() if known.recreated)

    def partitions_of(self, group: GroupReads) -> list[TopicPartition]:
        """All partitions of the group's topics, also those that exist no more."""
        lost = self._lost(group)
        names = topics_of(group, self.wanted, named=self.named) | lost.keys()
        found = {
            TopicPartition(name, p)
            for name in names
            if name in self.topics
            for p in self.topics[name].leaders
        }
        found.update(key for key in group.commits.offsets if key.topic in names)
        found.update(TopicPartition(name, p) for name, known in lost.items() for p in known.topic.leaders)
        return sorted(found)

    def _lost(self, group: GroupReads) -> Mapping[str, KnownTopic]:
        return self.lost.get(group.group, {})
