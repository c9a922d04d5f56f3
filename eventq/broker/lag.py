"""The reads that lag needs, over kafka-python: batched per coordinator and leader, all nodes in parallel.

The client's own one-call helpers ask node after node and fail every partition when one fails; these send
all requests first, and keep each error with the part that it belongs to.
"""

import struct
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, for_code
from kafka.protocol.admin import DescribeGroupsRequest, ListGroupsRequest
from kafka.protocol.consumer import ListOffsetsRequest, OffsetFetchRequest, OffsetSpec
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment, ConsumerProtocolSubscription
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from typing_extensions import Self

from eventq.broker.connection import admin, unreachable
from eventq.core.errors import EventqError
from eventq.core.lag import (
    Bounds,
    Commits,
    Description,
    Isolation,
    ListedGroup,
    Listing,
    Member,
    Topic,
    TopicPartition,
)
from eventq.core.settings import Connection

_BATCH = 100
_UNKNOWN_PARTITION = 3
_LEADER_NOT_AVAILABLE = 5
_GROUP_NOT_FOUND = 69
_NO_ID = uuid.UUID(int=0)

Asked = tuple[Any, int | None]


class KafkaPythonLagReader:
    """Serves loops.lag.LagReader; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._admin: KafkaAdminClient = admin(connection)
        self._manager = self._admin._manager  # noqa: SLF001 - the public calls can't ask in parallel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def list_groups(self) -> Listing:
        nodes = [broker.node_id for broker in self._manager.cluster.brokers()]
        answers = self._ask([(ListGroupsRequest(), node) for node in nodes])
        self._some(answers)
        groups: dict[str, ListedGroup] = {}
        errors = []
        for node, answer in zip(nodes, answers, strict=True):
            error = _error(answer)
            if error:
                errors.append(f"broker {node} did not list its groups: {error}")
            else:
                groups.update((g.group_id, _listed(g)) for g in answer.groups)
        return Listing(tuple(groups.values()), tuple(errors))

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        """Members of classic groups; kafka-python has no describe of the newer kinds."""
        new = [group for group in groups if group.type in {"consumer", "streams"}]
        found = {group.group: Description(note=_members_unknown(group.type)) for group in new}
        asked, failed = self._by_coordinator([g.group for g in groups if g.group not in found])
        found.update((name, Description(error=error)) for name, error in failed.items())
        answers = self._ask([(DescribeGroupsRequest(groups=names), node) for node, names in asked])
        for (_, names), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Exception):
                found.update((name, Description(error=_text(answer))) for name in names)
            else:
                found.update((group.group_id, _description(group)) for group in answer.groups)
        return found

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        asked, failed = self._by_coordinator(groups)
        found = {name: Commits(error=error) for name, error in failed.items()}
        answers = self._ask([(_offset_fetch(names), node) for node, names in asked])
        for (_, names), answer in zip(asked, answers, strict=True):
            error = _error(answer)
            if error:
                found.update((name, Commits(error=error)) for name in names)
            else:
                found.update((group.group_id, _commits(group)) for group in answer.groups)
        return found

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        wanted = [MetadataRequest.MetadataRequestTopic(name=name) for name in names]
        answers = self._ask([(MetadataRequest(topics=wanted, allow_auto_topic_creation=False), None)])
        self._some(answers)
        return {t.name: _topic(t) for t in answers[0].topics if t.error_code != _UNKNOWN_PARTITION}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        """Log start, end and, under read-committed, the high watermark: two or three requests a leader."""
        by_leader: dict[int, list[TopicPartition]] = defaultdict(list)
        for key, leader in leaders.items():
            by_leader[leader].append(key)
        committed = isolation is Isolation.READ_COMMITTED
        specs = [(OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, int(committed))]
        specs += [(OffsetSpec.LATEST, 0)] if committed else []
        answers = self._ask(
            [(_list_offsets(keys, *spec), node) for spec in specs for node, keys in by_leader.items()]
        )
        size = len(by_leader)
        columns = [_offsets(answers[i * size : (i + 1) * size], by_leader) for i in range(len(specs))]
        return {key: _bound([column[key] for column in columns]) for key in leaders}

    def _by_coordinator(self, groups: Sequence[str]) -> tuple[list[tuple[int, list[str]]], dict[str, str]]:
        """Batches of groups by the node to ask, and why the rest has none; asked anew, coordinators move."""
        batches = [list(groups[i : i + _BATCH]) for i in range(0, len(groups), _BATCH)]
        answers = self._ask(
            [(FindCoordinatorRequest(key_type=0, coordinator_keys=b, min_version=4), None) for b in batches]
        )
        nodes: dict[int, list[str]] = defaultdict(list)
        failed: dict[str, str] = {}
        for batch, answer in zip(batches, answers, strict=True):
            if isinstance(answer, Exception):
                failed.update(dict.fromkeys(batch, _text(answer)))
                continue
            for row in answer.coordinators:
                if row.error_code:
                    failed[row.key] = _code(row.error_code)
                else:
                    nodes[row.node_id].append(row.key)
        return [
            (node, names[i : i + _BATCH])
            for node, names in nodes.items()
            for i in range(0, len(names), _BATCH)
        ], failed

    def _some(self, answers: Sequence[Any]) -> None:
        """When nothing answered there is no snapshot to speak of."""
        failures = [answer for answer in answers if isinstance(answer, Exception)]
        if len(failures) == len(answers):
            raise unreachable(self._connection, failures[0] if failures else KafkaError("no broker known"))

    def _ask(self, requests: Sequence[Asked]) -> list[Any]:
        """Every answer, or the error in its place; all are sent before the first is awaited."""
        if not requests:
            return []
        try:
            return list(self._manager.run(self._send_all, requests))
        except KafkaError as error:
            raise unreachable(self._connection, error) from error
        except RuntimeError as error:
            raise EventqError(f"the connection to Kafka is closed ({error})") from error

    async def _send_all(self, requests: Sequence[Asked]) -> list[Any]:
        timeout = max(1, int(self._connection.connect_timeout * 1000))
        sent = [self._send(request, node, timeout) for request, node in requests]
        answers: list[Any] = []
        for future in sent:
            try:
                answers.append(future if isinstance(future, Exception) else await future)
            except KafkaError as error:  # noqa: PERF203 - each answer has its own error
                answers.append(error)
        return answers

    def _send(self, request: Any, node: int | None, timeout_ms: int) -> Any:
        try:
            return self._manager.send(request, node_id=node, request_timeout_ms=timeout_ms)
        except KafkaError as error:
            self._manager.cluster.request_update()
            return error


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__


def _code(code: int) -> str:
    error = for_code(code)
    return str(getattr(error, "message", error.__name__)).lower().replace("_", " ")


def _error(answer: Any) -> str | None:
    if isinstance(answer, Exception):
        return _text(answer)
    return _code(answer.error_code) if answer.error_code else None


def _members_unknown(kind: str) -> str:
    return f"members unknown: kafka-python can't describe a group of type {kind}; pip install 'eventq[fast]'"


def _listed(group: Any) -> ListedGroup:
    kind = (getattr(group, "group_type", "") or "classic").lower()
    return ListedGroup(group.group_id, getattr(group, "group_state", "") or "", kind)


def _description(group: Any) -> Description:
    if group.error_code == _GROUP_NOT_FOUND:
        return Description(state="Dead", members=())
    if group.error_code:
        return Description(error=_code(group.error_code))
    members = tuple(_member(member) for member in group.members)
    return Description(group.group_state, group.protocol_data or None, members)


def _member(member: Any) -> Member:
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
    return Member(member.member_id, member.client_id, member.client_host.lstrip("/"), topics, owned)


def _offset_fetch(groups: Iterable[str]) -> Any:
    rows = [OffsetFetchRequest.OffsetFetchRequestGroup(group_id=group, topics=None) for group in groups]
    return OffsetFetchRequest(groups=rows, min_version=8, max_version=8)


def _commits(group: Any) -> Commits:
    if group.error_code == _GROUP_NOT_FOUND:
        return Commits()
    if group.error_code:
        return Commits(error=_code(group.error_code))
    return Commits(
        {
            TopicPartition(topic.name, row.partition_index): row.committed_offset
            for topic in group.topics
            for row in topic.partitions
            if row.error_code == 0 and row.committed_offset >= 0
        }
    )


def _topic(topic: Any) -> Topic:
    leaders = {p.partition_index: p.leader_id if p.leader_id >= 0 else None for p in topic.partitions}
    topic_id = None if topic.topic_id in (None, _NO_ID) else str(topic.topic_id)
    failed = topic.error_code not in (0, _LEADER_NOT_AVAILABLE)
    return Topic(topic.name, topic_id, leaders, _code(topic.error_code) if failed else None)


def _list_offsets(keys: Iterable[TopicPartition], spec: int, isolation: int) -> Any:
    request = ListOffsetsRequest
    rows: dict[str, list[Any]] = defaultdict(list)
    for key in keys:
        rows[key.topic].append(
            request.ListOffsetsTopic.ListOffsetsPartition(partition_index=key.partition, timestamp=spec)
        )
    topics = [request.ListOffsetsTopic(name=name, partitions=parts) for name, parts in rows.items()]
    return request(isolation_level=isolation, topics=topics, min_version=2)


def _offsets(
    answers: Sequence[Any], by_leader: Mapping[int, list[TopicPartition]]
) -> dict[TopicPartition, int | Bounds]:
    found: dict[TopicPartition, int | Bounds] = {}
    for (node, keys), answer in zip(by_leader.items(), answers, strict=True):
        text = f"leader {node} did not answer"
        if isinstance(answer, Exception):
            found.update(dict.fromkeys(keys, Bounds(error=f"{text}: {_text(answer)}")))
            continue
        found.update(dict.fromkeys(keys, Bounds(error=text)))
        for topic in answer.topics:
            for row in topic.partitions:
                found[TopicPartition(topic.name, row.partition_index)] = _offset(row)
    return found


def _offset(row: Any) -> int | Bounds:
    if row.error_code == 0:
        return int(row.offset)
    return Bounds(error=_code(row.error_code), gone=row.error_code == _UNKNOWN_PARTITION)


def _bound(columns: Sequence[int | Bounds]) -> Bounds:
    for column in columns:
        if isinstance(column, Bounds):
            return column
    numbers = [column for column in columns if isinstance(column, int)]
    return Bounds(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)  # noqa: PLR2004
