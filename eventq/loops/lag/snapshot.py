"""A snapshot of lag: which reads, and in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, Isolation, TopicPartition, no_group, no_topic
from eventq.core.lag.known import KnownTopics
from eventq.core.lag.reads import (
    Commits,
    Description,
    GroupReads,
    ListedGroup,
    Listing,
    Reads,
    Topic,
    topics_of,
)
from eventq.core.lag.snapshot import Assume, Snapshot, snapshot
from eventq.core.offsets_topic import OFFSETS_TOPIC

_ROUNDS = 10
_PAUSE_SECONDS = 0.2
"""Seconds that a cluster gets to agree on a partition's leader, before it is asked again."""

_SETTLING_ROUNDS = 15
"""Pauses for a group that seems not to exist while a broker is away: a coordinator that has just taken over
knows the last commits only when its replicas have fetched from it (some 1 s); it denies the group until then.
"""

Topics = Mapping[str, Topic]


class LagReader(Protocol):
    """What lag needs of Kafka; a failed part keeps its error, EventqError only when nothing answered."""

    def list_groups(self) -> Listing:
        """Every group of the cluster; brokers that did not answer are told in its errors."""
        ...

    def describe(self, groups: Sequence[ListedGroup]) -> Mapping[str, Description]:
        """Each group's type, state and members; those with type "" are looked up first."""
        ...

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]:
        """The next offset of each partition that a group has committed, in whatever topic."""
        ...

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        """Those that exist; never creates one."""
        ...

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        """The log's offsets of each partition, asked of the broker (by its id) that leads it."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """`groups` empty: all. `patient`: what does not exist yet is waited for instead of an error.

    `expected`: a group that does not exist yet is there all the same, without state, members and commits.
    """

    groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    assume: Assume = Assume.EARLIEST
    isolation: Isolation = Isolation.READ_UNCOMMITTED
    patient: bool = False
    expected: bool = False


def take(reader: LagReader, question: Question, clock: Clock, known: KnownTopics | None = None) -> Snapshot:
    """One snapshot of what `read` reads."""
    return snapshot(read(reader, question, clock, known), question.assume)


def read(reader: LagReader, question: Question, clock: Clock, known: KnownTopics | None = None) -> Reads:
    """Commits are read BEFORE ends: the other way round makes lag negative under load.

    `known` is filled with the topics that are seen: those that are gone or created again later stay in.
    """
    known = KnownTopics() if known is None else known
    groups, errors = _groups(reader, question, clock)
    at, named = clock.now(), bool(question.groups)
    topics = _topics(reader, question, groups, known)
    for group in groups:
        known.see(group, topics_of(group, question.topics, named=named), topics)
    if not errors:
        known.forget_all_but(groups)
    errors += () if named else _unlisted(topics.get(OFFSETS_TOPIC))
    lost = {group.group: known.lost(group) for group in groups}
    reads = Reads(at, groups, topics, {}, question.topics, lost, errors, named)
    keys = {key for group in groups for key in reads.partitions_of(group)}
    return replace(reads, bounds=_bounds(reader, question, clock, keys, topics))


def topic_bounds(
    reader: LagReader, name: str, isolation: Isolation, clock: Clock
) -> tuple[Topic, dict[TopicPartition, Bounds]]:
    """A topic and the bounds of all its partitions, without any group; NotFound if there is no such topic."""
    topics, question = reader.topics([name]), Question(topics=(name,), isolation=isolation)
    _require_topics(question, topics)
    keys = [TopicPartition(name, partition) for partition in topics[name].leaders]
    if topics[name].error is not None:
        raise EventqError(f"topic {name} can't be read: {topics[name].error}")
    return topics[name], _bounds(reader, question, clock, keys, topics)


def _topics(
    reader: LagReader, question: Question, groups: Sequence[GroupReads], known: KnownTopics
) -> Topics:
    """Those of the groups and those asked for; where all groups are meant, also the one that keeps them."""
    names = {name for group in groups for name in topics_of(group, question.topics)} | set(question.topics)
    names |= known.names(groups)
    if not question.groups:
        names.add(OFFSETS_TOPIC)
    topics = reader.topics(sorted(names)) if names else {}
    _require_topics(question, topics)
    return topics


def _groups(
    reader: LagReader, question: Question, clock: Clock
) -> tuple[tuple[GroupReads, ...], tuple[str, ...]]:
    listing = _listing(reader, question.groups)
    groups = _asked(reader, listing.groups)
    if question.groups:
        return _existing(_settled(reader, groups, clock), question), listing.errors
    if question.topics:
        groups = tuple(group for group in groups if _may_read(group, question.topics))
    return groups, listing.errors


def _asked(reader: LagReader, groups: Sequence[ListedGroup]) -> tuple[GroupReads, ...]:
    described = reader.describe(groups)
    commits = reader.committed([g.group for g in groups if described[g.group].type != "share"])
    return tuple(
        _read(group, described[group.group], commits.get(group.group, Commits())) for group in groups
    )


def _settled(reader: LagReader, groups: tuple[GroupReads, ...], clock: Clock) -> tuple[GroupReads, ...]:
    """All of them; those that seem not to exist are asked anew while their coordinators may not know yet."""
    found = {group.group: group for group in groups}
    for _ in range(_SETTLING_ROUNDS):
        unknown = [name for name, group in found.items() if not _known(group)]
        if not unknown or _whole(reader):
            break
        clock.sleep(_PAUSE_SECONDS)
        found |= {group.group: group for group in _asked(reader, [ListedGroup(n, "", "") for n in unknown])}
    return tuple(found.values())


def _whole(reader: LagReader) -> bool:
    offsets = reader.topics([OFFSETS_TOPIC]).get(OFFSETS_TOPIC)
    return offsets is None or offsets.whole


def _listing(reader: LagReader, names: Sequence[str]) -> Listing:
    """Groups that are named need not be listed: in a large cluster that is most of the work."""
    if names:
        return Listing(tuple(ListedGroup(name, "", "") for name in names))
    listing = reader.list_groups()
    return Listing(tuple(sorted(listing.groups, key=attrgetter("group"))), listing.errors)


def _read(group: ListedGroup, description: Description, commits: Commits) -> GroupReads:
    return GroupReads(group.group, group.state, description.type or group.type, description, commits)


def _known(group: GroupReads) -> bool:
    """A group with commits and no members is known; one whose coordinator is away can't be denied."""
    return group.description.exists or bool(group.commits.offsets) or group.commits.error is not None


def _existing(groups: tuple[GroupReads, ...], question: Question) -> tuple[GroupReads, ...]:
    known = tuple(g for g in groups if question.expected or _known(g))
    missing = sorted({group.group for group in groups} - {group.group for group in known})
    if missing and not question.patient:
        raise no_group(*missing)
    return known


def _may_read(group: GroupReads, topics: Sequence[str]) -> bool:
    """Whether the group reads one of the topics; one that could not be read is not left out in silence."""
    failed = group.commits.error is not None or group.description.error is not None
    return failed or bool(topics_of(group) & set(topics))


def _unlisted(offsets: Topic | None) -> tuple[str, ...]:
    """Where a partition of the offsets topic has no leader, no broker lists the groups that it keeps."""
    leaderless = sum(leader is None for leader in offsets.leaders.values()) if offsets else 0
    if not (offsets and leaderless):
        return ()
    of = len(offsets.leaders)
    return (f"groups are missing: {leaderless} of {of} partitions of {OFFSETS_TOPIC} have no leader",)


def _require_topics(question: Question, topics: Mapping[str, Topic]) -> None:
    missing = sorted(set(question.topics) - set(topics))
    if missing and not question.patient:
        raise no_topic(*missing)


def _bounds(
    reader: LagReader, question: Question, clock: Clock, keys: Iterable[TopicPartition], topics: Topics
) -> dict[TopicPartition, Bounds]:
    """Once per partition however many groups read it; where leaders move meanwhile, they are asked anew."""
    found: dict[TopicPartition, Bounds] = {}
    asked = set(keys)
    for more in reversed(range(_ROUNDS)):
        leaders, without = _leaders(asked, topics)
        answers = reader.bounds(leaders, question.isolation) if leaders else {}
        found.update({**without, **answers})
        asked = {key for key, bounds in answers.items() if bounds.moved}
        if not (asked and more):
            break
        clock.sleep(_PAUSE_SECONDS)
        topics = reader.topics(sorted({key.topic for key in asked}))
    return found


def _leaders(
    keys: Iterable[TopicPartition], topics: Topics
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, Bounds]]:
    """Each partition's leader, and what is to be said of those without one."""
    leaders: dict[TopicPartition, int] = {}
    without: dict[TopicPartition, Bounds] = {}
    for key in keys:
        topic = topics.get(key.topic)
        if topic is None or (topic.error is None and key.partition not in topic.leaders):
            without[key] = Bounds(error="the topic or partition no longer exists", gone=True)
        elif (leader := topic.leaders.get(key.partition)) is None:
            without[key] = Bounds(error=topic.error or "the partition has no leader")
        else:
            leaders[key] = leader
    return leaders, without
