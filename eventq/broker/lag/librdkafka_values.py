"""What librdkafka's admin client answers for lag, to the plain values of core/lag/reads.py."""

from typing import Any
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException

from eventq.broker.librdkafka import failure
from eventq.broker.librdkafka_admin import code
from eventq.broker.patience import MOVED, NOT_YET
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, MemberDescription, Topic

_UNKNOWN = frozenset({3, -188, -190})
"""That there is no such topic or partition, as the broker or librdkafka itself says it."""

_TIMED_OUT = KafkaError._TIMED_OUT  # noqa: SLF001 - so the library names its own codes
_LEFT = getattr(KafkaError, "_DESTROY_BROKER", _TIMED_OUT)
"""The broker asked has left the cluster, and librdkafka has dropped it with what it was asked."""

_REFUSED_FOR_NOW = NOT_YET | {_LEFT}

_STATES = {
    "UNKNOWN": "",
    "PREPARING_REBALANCING": "PreparingRebalance",
    "COMPLETING_REBALANCING": "CompletingRebalance",
    "STABLE": "Stable",
    "DEAD": "Dead",
    "EMPTY": "Empty",
}


def missing(answer: Any) -> bool:
    return isinstance(answer, KafkaException) and code(answer) in _UNKNOWN


def unanswered(answer: Any) -> bool:
    return isinstance(answer, KafkaException) and code(answer) < 0 and not missing(answer)


def refused_or_late(answer: Any) -> bool:
    """Whether this is an error that passes by itself, or that there was no answer in time."""
    return isinstance(answer, KafkaException) and code(answer) in _REFUSED_FOR_NOW | {_TIMED_OUT}


def unlisted_for_now(answer: Any) -> bool:
    """Whether a broker is only just loading the groups that it would list, or has just left."""
    errors = [answer] if isinstance(answer, KafkaException) else answer.errors
    return any(code(error) in _REFUSED_FOR_NOW for error in errors)


def listed(group: Any) -> ListedGroup:
    return ListedGroup(group.group_id, _state(group), group.type.name.lower())


def _state(group: Any) -> str:
    """As the brokers write it; librdkafka knows not all of the newer groups' states."""
    return _STATES.get(group.state.name, "")


def description(answer: Any) -> Description:
    if isinstance(answer, KafkaException):
        return Description(error=failure(answer))
    state = _state(answer)
    if state == "Dead":
        return Description(state, members=())
    members = tuple(_member(member) for member in answer.members)
    return Description(state, answer.partition_assignor or None, members, type=answer.type.name.lower())


def _member(member: Any) -> MemberDescription:
    owned = tuple(TopicPartition(at.topic, at.partition) for at in member.assignment.topic_partitions)
    return MemberDescription(member.member_id, member.client_id, member.host.lstrip("/"), (), owned)


def commits(answer: Any) -> Commits:
    if isinstance(answer, KafkaException):
        return Commits(error=failure(answer))
    return Commits(
        {
            TopicPartition(at.topic, at.partition): at.offset
            for at in answer.topic_partitions
            if at.error is None and at.offset >= 0
        }
    )


def read_topic(name: str, answer: Any) -> Topic:
    if isinstance(answer, KafkaException):
        return Topic(name, error=failure(answer))
    leaders = {at.id: at.leader.id if at.leader and at.leader.id >= 0 else None for at in answer.partitions}
    whole = all(len(at.isr) == len(at.replicas) for at in answer.partitions)
    return Topic(name, uuid_text(answer.topic_id), leaders, whole=whole)


def uuid_text(given: Any) -> str:
    """As the other client and other tools write it; this one would write base64."""
    high, low = given.get_most_significant_bits() % 2**64, given.get_least_significant_bits() % 2**64
    return str(UUID(int=high << 64 | low))


def topic_without_id(metadata: Any) -> Topic:
    leaders = {at.id: at.leader if at.leader >= 0 else None for at in metadata.partitions.values()}
    whole = all(len(at.isrs) == len(at.replicas) for at in metadata.partitions.values())
    return Topic(metadata.topic, None, leaders, metadata.error.str() if metadata.error else None, whole)


def offset(answer: Any) -> int | Bounds:
    if isinstance(answer, KafkaException):
        return Bounds(error=failure(answer), moved=code(answer) in MOVED | _UNKNOWN | {_LEFT})
    if answer.offset < 0:  # librdkafka's way to tell of a leader that is away while others have answered
        return Bounds(error="the partition's leader did not answer")
    return int(answer.offset)
