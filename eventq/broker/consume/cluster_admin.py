"""What the parent of a group asks and does by its own connection, never by a member's."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from kafka.protocol.consumer import LeaveGroupRequest
from kafka.protocol.metadata import FindCoordinatorRequest
from kafka.protocol.producer import InitProducerIdRequest

from eventq.broker.connection import silence_log
from eventq.broker.lag.coordinators import refused_for_now
from eventq.broker.lag.kafka_python import KafkaPythonLagReader
from eventq.broker.lag.wire import error_of
from eventq.core import safe_text
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, Isolation, TopicPartition, no_topic
from eventq.core.lag.reads import ListedGroup, Topic
from eventq.core.settings.settings import Connection
from eventq.core.transactions import TIMEOUT_SECONDS


class KafkaPythonClusterAdmin:
    """Bound to one topic and one group. What the cluster can't say just now is an EventqError."""

    def __init__(self, connection: Connection, topic: str, group: str) -> None:
        silence_log()
        self._reader = KafkaPythonLagReader(connection)
        self._topic = topic
        self._group = group

    def partitions(self) -> list[int]:
        """The topic's partitions; NotFound without the topic, which asking never creates."""
        topic = self._described()
        if topic is None:
            raise no_topic(self._topic)
        return sorted(topic.leaders)

    def topic_id(self) -> str | None:
        """None without the topic; EventqError when nobody answers."""
        topic = self._described()
        return None if topic is None else topic.topic_id

    def has_topic(self, name: str) -> bool:
        """Another topic than its own; asking never creates it, and EventqError says why it can't be told."""
        return self._look_up(name) is not None

    def _described(self) -> Topic | None:
        return self._look_up(self._topic)

    def _look_up(self, name: str) -> Topic | None:
        topic = self._reader.topics([name]).get(name)
        if topic is not None and topic.error is not None:
            raise EventqError(f"topic {name} could not be looked up: {topic.error}")
        return topic

    def log_starts(self, partitions: Iterable[int]) -> Offsets:
        """The first retained offset of each."""
        found = self._bounds(partitions, Isolation.READ_UNCOMMITTED)
        return {
            partition: bounds.log_start for partition, bounds in found.items() if bounds.log_start is not None
        }

    def ends(self, partitions: Iterable[int], *, read_committed: bool) -> Offsets:
        """End offsets; under read committed the last stable ones."""
        isolation = Isolation.READ_COMMITTED if read_committed else Isolation.READ_UNCOMMITTED
        found = self._bounds(partitions, isolation)
        return {partition: bounds.end for partition, bounds in found.items() if bounds.end is not None}

    def _bounds(self, partitions: Iterable[int], isolation: Isolation) -> dict[int, Bounds]:
        """Of all partitions; a leader that moves is waited for, EventqError where one can't be read."""
        found = self._reader.nodes.patience.settled(
            "bounds", partitions, lambda some: self._bounds_now(some, isolation), lambda one: one.moved
        )
        for bounds in found.values():
            if bounds.error is not None:
                raise EventqError(f"the offsets of {self._topic} could not be read: {bounds.error}")
        return found

    def _bounds_now(self, partitions: Sequence[int], isolation: Isolation) -> dict[int, Bounds]:
        topic = self._described() or Topic(self._topic)
        known = {partition: topic.leaders.get(partition) for partition in partitions}
        leaders = {TopicPartition(self._topic, p): node for p, node in known.items() if node is not None}
        found = dict.fromkeys(partitions, Bounds(error="the partition has no leader", moved=True))
        answers = self._reader.bounds(leaders, isolation)
        return found | {at.partition: bounds for at, bounds in answers.items()}

    def committed(self) -> Offsets:
        """The group's commits in the topic; partitions without one are left out."""
        commits = self._reader.committed([self._group])[self._group]
        if commits.error is not None:
            raise EventqError(
                f"the offsets of group {safe_text.name(self._group)} could not be read: {commits.error}"
            )
        return {at.partition: offset for at, offset in commits.offsets.items() if at.topic == self._topic}

    def remove(self, member_id: str | None, client_id: str) -> bool:
        """Takes a dead member out of the group: the others need not wait for its session to expire.

        One that died before it could tell its id is known by its client id, which is its own.
        """
        return self._remove([member_id] if member_id else self._members(client_id.__eq__))

    def remove_stale_members(self, prefix: str) -> None:
        """Removes who is left of those with such client ids.

        A member that is stopped while it joins can't leave, and would hold up the next run.
        """
        self._remove(self._members(lambda client_id: client_id.startswith(prefix)))

    def _remove(self, members: Sequence[str]) -> bool:
        """Whether there was somebody to remove and the coordinator did it."""
        if not members:
            return False
        who = [
            LeaveGroupRequest.MemberIdentity(member_id=member, group_instance_id=None) for member in members
        ]
        request = LeaveGroupRequest(group_id=self._group, members=who, min_version=3, max_version=4)
        try:
            return error_of(self._reader.coordinators.ask_one(self._group, request)) is None
        except EventqError:
            return False

    def _members(self, wanted: Callable[[str], bool]) -> list[str]:
        """The ids of those with wanted client ids; none where the group can't be described."""
        try:
            described = self._reader.describe([ListedGroup(self._group, "", "classic")])[self._group]
        except EventqError:
            return []
        return [member.member_id for member in described.members or () if wanted(member.client_id)]

    def end_transaction(self, transactional_id: str) -> None:
        """Ends what a dead member left open, which takes a new epoch of its id; raises nothing.

        Else its records would hold up readers, and its offsets those who have its partitions now, until the
        transaction's time-out.
        """
        with suppress(EventqError):
            self._reader.nodes.patience.settled(
                "transactions", [transactional_id], self._new_epochs, refused_for_now
            )

    def _new_epochs(self, names: Sequence[str]) -> dict[str, Any]:
        (name,) = names
        find = FindCoordinatorRequest(key_type=1, coordinator_keys=[name], min_version=4)
        (answer,) = self._reader.nodes.ask_any([find])
        (row,) = answer.coordinators
        if row.error_code:
            return {name: row}
        begin = InitProducerIdRequest(
            transactional_id=name,
            transaction_timeout_ms=int(TIMEOUT_SECONDS * 1000),
            producer_id=-1,
            producer_epoch=-1,
            max_version=4,
        )
        (ended,) = self._reader.nodes.ask([(begin, row.node_id)])
        return {name: ended}

    def close(self) -> None:
        self._reader.__exit__()
