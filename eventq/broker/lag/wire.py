"""Kafka's requests and answers for lag, to and from the plain values of core/lag/reads.py."""

import struct
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka.errors import for_code
from kafka.protocol.consumer import ListOffsetsRequest, OffsetFetchRequest
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment, ConsumerProtocolSubscription

from eventq.broker.patience import MOVED
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, MemberDescription, Topic

UNKNOWN_PARTITION = 3
_LEADER_NOT_AVAILABLE = 5
_GROUP_NOT_FOUND = 69
_NO_ID = uuid.UUID(int=0)


def error_text(error: Exception) -> str:
    return str(error) or type(error).__name__


def code_text(code: int) -> str:
    error = for_code(code)
    return str(getattr(error, "message", error.__name__)).lower().replace("_", " ")


def error_of(answer: Any) -> str | None:
    if isinstance(answer, Exception):
        return error_text(answer)
    return code_text(answer.error_code) if answer.error_code else None


def listed(group: Any) -> ListedGroup:
    kind = (getattr(group, "group_type", "") or "classic").lower()
    return ListedGroup(group.group_id, getattr(group, "group_state", "") or "", kind)


def denied(answer: Any) -> bool:
    """Whether the coordinator says that there is no such group."""
    return getattr(answer, "error_code", None) == _GROUP_NOT_FOUND


def description(group: Any) -> Description:
    """Of a group's row, or of the error in its place."""
    if denied(group):
        return Description(state="Dead", members=())
    if error := error_of(group):
        return Description(error=error)
    members = tuple(read_member(member) for member in group.members)
    return Description(group.group_state, group.protocol_data or None, members, type="classic")


def read_member(member: Any) -> MemberDescription:
    topics: tuple[str, ...] = ()
    owned: tuple[TopicPartition, ...] = ()
    try:
        if member.member_metadata:
            topics = tuple(ConsumerProtocolSubscription.decode(member.member_metadata).topics)
        if member.member_assignment:
            decoded = ConsumerProtocolAssignment.decode(member.member_assignment)
            owned = tuple(TopicPartition(*key) for key in decoded.partitions())
    except (struct.error, ValueError, TypeError, IndexError):
        pass  # a group of another kind of client (Connect): its members speak another protocol
    return MemberDescription(
        member.member_id, member.client_id, member.client_host.lstrip("/"), topics, owned
    )


def offset_fetch(groups: Iterable[str]) -> Any:
    rows = [OffsetFetchRequest.OffsetFetchRequestGroup(group_id=group, topics=None) for group in groups]
    return OffsetFetchRequest(groups=rows, min_version=8, max_version=8)


def commits(group: Any) -> Commits:
    """Of a group's row, or of the error in its place."""
    if denied(group):
        return Commits()
    if error := error_of(group):
        return Commits(error=error)
    return Commits(
        {
            TopicPartition(topic.name, row.partition_index): row.committed_offset
            for topic in group.topics
            for row in topic.partitions
            if row.error_code == 0 and row.committed_offset >= 0
        }
    )


def read_topic(topic: Any) -> Topic:
    leaders = {p.partition_index: p.leader_id if p.leader_id >= 0 else None for p in topic.partitions}
    topic_id = None if topic.topic_id in (None, _NO_ID) else str(topic.topic_id)
    failed = topic.error_code not in (0, _LEADER_NOT_AVAILABLE)
    whole = all(len(p.isr_nodes) == len(p.replica_nodes) for p in topic.partitions)
    return Topic(topic.name, topic_id, leaders, code_text(topic.error_code) if failed else None, whole)


def list_offsets(keys: Iterable[TopicPartition], spec: int, isolation: int) -> Any:
    request = ListOffsetsRequest
    rows: dict[str, list[Any]] = defaultdict(list)
    for key in keys:
        rows[key.topic].append(
            request.ListOffsetsTopic.ListOffsetsPartition(partition_index=key.partition, timestamp=spec)
        )
    topics = [request.ListOffsetsTopic(name=name, partitions=parts) for name, parts in rows.items()]
    return request(isolation_level=isolation, topics=topics, min_version=2)


def offsets(
    answers: Sequence[Any], by_leader: Mapping[int, list[TopicPartition]]
) -> dict[TopicPartition, int | Bounds]:
    found: dict[TopicPartition, int | Bounds] = {}
    for (node, keys), answer in zip(by_leader.items(), answers, strict=True):
        text = f"leader {node} did not answer"
        if isinstance(answer, Exception):
            found.update(dict.fromkeys(keys, Bounds(error=f"{text}: {error_text(answer)}")))
            continue
        found.update(dict.fromkeys(keys, Bounds(error=text)))
        for topic in answer.topics:
            for row in topic.partitions:
                found[TopicPartition(topic.name, row.partition_index)] = offset(row)
    return found


def offset(row: Any) -> int | Bounds:
    if row.error_code == 0:
        return int(row.offset)
    return Bounds(error=code_text(row.error_code), moved=row.error_code in MOVED)
