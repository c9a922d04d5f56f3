"""What the parent of a group asks and does by its own connection, never by a member's."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, MemberToRemove, OffsetSpec
from kafka.errors import KafkaError, UnknownTopicOrPartitionError
from kafka.protocol.consumer import IsolationLevel

from eventq.broker.connection import admin
from eventq.core import safe_text
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError, NotFound
from eventq.core.settings.settings import Connection

_Answer = TypeVar("_Answer")
_RETRY_SECONDS = 10.0


class KafkaPythonClusterAdmin:
    """Bound to one topic and one group. Errors of the broker become EventqError."""

    def __init__(self, connection: Connection, topic: str, group: str) -> None:
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
        self._admin: KafkaAdminClient = admin(connection)
        self._topic = topic
        self._group = group

    def partitions(self) -> list[int]:
        """The topic's partitions; NotFound without the topic, which asking never creates."""
        if self._topic not in self._admin.list_topics():
            raise NotFound(
                f"no topic {self._topic!r} on this cluster",
                hint=f"eventq topic create {self._topic}, or eventq topic list shows what there is",
            )
        described = self._admin.describe_topics([self._topic])
        return sorted(partition["partition_index"] for partition in described[0]["partitions"])

    def topic_id(self) -> str | None:
        """None without the topic; EventqError when nobody answers."""
        try:
            described = self._admin.describe_topics([self._topic])
        except KafkaError as error:
            raise EventqError(f"topic {self._topic} could not be looked up: {error}") from error
        gone = described[0]["error_code"] == UnknownTopicOrPartitionError.errno
        return None if gone else str(described[0]["topic_id"])

    def log_starts(self, partitions: Iterable[int]) -> Offsets:
        return self._offsets(partitions, OffsetSpec.EARLIEST, read_committed=False)

    def ends(self, partitions: Iterable[int], *, read_committed: bool) -> Offsets:
        """End offsets; under read committed the last stable ones."""
        return self._offsets(partitions, OffsetSpec.LATEST, read_committed=read_committed)

    def _offsets(self, partitions: Iterable[int], spec: OffsetSpec, *, read_committed: bool) -> Offsets:
        level = IsolationLevel.READ_COMMITTED if read_committed else IsolationLevel.READ_UNCOMMITTED
        wanted = {TopicPartition(self._topic, p): spec for p in partitions}
        try:
            found = _patiently(lambda: self._admin.list_partition_offsets(wanted, isolation_level=level))
        except KafkaError as error:
            raise EventqError(f"the offsets of {self._topic} could not be read: {error}") from error
        return {at.partition: answer.offset for at, answer in found.items()}

    def committed(self) -> Offsets:
        try:
            found = _patiently(lambda: self._admin.list_group_offsets({self._group: None}))
        except KafkaError as error:
            raise EventqError(
                f"the offsets of group {safe_text.name(self._group)} could not be read: {error}"
            ) from error
        mine = found.get(self._group, {})
        return {at.partition: c.offset for at, c in mine.items() if at.topic == self._topic and c.offset >= 0}

    def remove(self, member_id: str | None, client_id: str) -> bool:
        """Takes a dead member out of the group: the others need not wait for its session to expire.

        One that died before it could tell its id is known by its client id, which is its own.
        """
        return self._remove(lambda: [member_id] if member_id else self._members(client_id.__eq__))

    def remove_stale_members(self, prefix: str) -> None:
        """Removes who is left of those with such client ids.

        A member that is stopped while it joins can't leave, and would hold up the next run.
        """
        self._remove(lambda: self._members(lambda client_id: client_id.startswith(prefix)))

    def _remove(self, whom: Callable[[], list[str]]) -> bool:
        try:
            members = [MemberToRemove(member_id=member_id) for member_id in whom()]
            if members:
                self._admin.remove_group_members(self._group, members)
        except KafkaError:
            return False
        return bool(members)

    def _members(self, wanted: Callable[[str], bool]) -> list[str]:
        described = self._admin.describe_groups([self._group])
        members = described[self._group]["members"] if self._group in described else []
        return [member["member_id"] for member in members if wanted(member["client_id"])]

    def close(self) -> None:
        self._admin.close()


def _patiently(ask: Callable[[], _Answer]) -> _Answer:
    """A coordinator that is only just loading, or a leader that moves, is asked again."""
    until = time.monotonic() + _RETRY_SECONDS
    while True:
        try:
            return ask()
        except KafkaError as error:  # noqa: PERF203 - it waits anyway
            if not error.retriable or time.monotonic() > until:
                raise
            time.sleep(0.1)
