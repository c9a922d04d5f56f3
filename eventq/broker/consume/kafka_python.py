"""A group member over kafka-python.

`auto_offset_reset` is none: every start and every offset out of range is decided here, because the client's
own policies would jump to the end and skip what can still be read.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.errors import KafkaError, LogTruncationError, NoOffsetForPartitionError, OffsetOutOfRangeError

from eventq.broker.connection import kafka_python_config, made
from eventq.broker.errors import refused
from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import Header, RecordSlice
from eventq.core.consume.report import Offsets, Reset
from eventq.core.settings.settings import Role
from eventq.core.start import StartKind, place

_ANSWER_MS = 5000
_CLOSE_MS = 5000


class KafkaPythonConsumer:
    def __init__(self, plan: MemberPlan) -> None:
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
        self._plan = plan
        self.owned: set[int] = set()
        self.known: Offsets = {}
        self._consumer: KafkaConsumer = made(plan.connection, KafkaConsumer, _config(plan))

    def join(self, handler: MemberHandler) -> None:
        self._handler = handler
        self._consumer.subscribe([self._plan.topic], listener=_Listener(self, self._consumer, handler))

    def poll(self, seconds: float, most: int) -> list[RecordSlice]:
        self._remember()
        _finish_joining(self._consumer)
        try:
            return self._records(int(seconds * 1000), most)
        except KafkaError as error:
            if not error.retriable:
                raise refused(self._plan.topic, error.errno, _text(error)) from error
        return []

    def _records(self, millis: int, most: int) -> list[RecordSlice]:
        try:
            batches = self._consumer.poll(timeout_ms=millis, max_records=most)
        except NoOffsetForPartitionError as error:
            self._place(list(error.args[0]))
        except OffsetOutOfRangeError as error:
            self._reset(error.args[0])
        except LogTruncationError as error:
            held = self.positions()
            self._reset({at: held[at.partition] for at in error.divergent_offsets if at.partition in held})
        else:
            return [_slice(partition, records) for partition, records in batches.items()]
        return []

    def _place(self, unplaced: Sequence[TopicPartition]) -> None:
        """Begins where the group never committed, and commits that, so that a crash can't move the start."""
        starts = self._consumer.beginning_offsets(unplaced, timeout_ms=_ANSWER_MS)
        ends = self._consumer.end_offsets(unplaced, timeout_ms=_ANSWER_MS)
        times = self._times(unplaced)
        offsets = {at: place(self._plan.start, starts[at], ends[at], times.get(at)) for at in unplaced}
        if self.commit({at.partition: offset for at, offset in offsets.items()}) is not None:
            return
        for at, offset in offsets.items():
            at_end = self._plan.start.kind is StartKind.END
            self._handler.placed(at.partition, offset, offset - starts[at] if at_end else 0)
            self._consumer.seek(at, offset)

    def _times(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if self._plan.start.kind is not StartKind.TIME:
            return {}
        wanted = dict.fromkeys(partitions, self._plan.start.value)
        found = self._consumer.offsets_for_times(wanted, timeout_ms=_ANSWER_MS)
        return {at: answer.offset for at, answer in found.items() if answer is not None}

    def _reset(self, outside: dict[TopicPartition, int]) -> None:
        """What can still be read begins at the log start; so does a topic that was made anew."""
        starts = self._consumer.beginning_offsets(list(outside), timeout_ms=_ANSWER_MS)
        for at, offset in outside.items():
            if at in self._consumer.assignment():
                lost = max(0, starts[at] - offset)
                self._handler.was_reset(Reset(at.partition, offset, starts[at], lost))
                self._consumer.seek(at, starts[at])

    def give_back(self, partition: int, offset: int) -> None:
        self._consumer.seek(TopicPartition(self._plan.topic, partition), offset)

    def positions(self) -> Offsets:
        # position() may ask the broker, and can't from inside a rebalance; what the client keeps is enough
        held = self._consumer._subscription.all_consumed_offsets()  # noqa: SLF001
        return {at.partition: kept.offset for at, kept in held.items() if at.partition in self.owned}

    def _remember(self) -> None:
        """A cooperative client drops the position of what it gives up before it says that it does."""
        self.known.update(self.positions())

    def ends(self) -> Offsets:
        known = {at.partition: self._consumer.highwater(at) for at in self._consumer.assignment()}
        return {partition: end for partition, end in known.items() if end is not None}

    def commit(self, offsets: Offsets) -> str | None:
        try:
            self._consumer.commit(commit_arguments(self._plan.topic, offsets), timeout_ms=_ANSWER_MS)
        except KafkaError as error:
            return _text(error)
        return None

    def pause(self) -> None:
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        self._consumer.resume(*self._consumer.paused())

    def close(self) -> None:
        self._remember()
        self._consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc] # the client has no types
    """Runs on the client's own thread while the member waits inside poll or close."""

    def __init__(self, owner: KafkaPythonConsumer, consumer: KafkaConsumer, handler: MemberHandler) -> None:
        self._owner = owner
        self._consumer = consumer
        self._handler = handler

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        group = self._consumer.group_metadata()
        self._owner.owned |= {at.partition for at in assigned}
        self._handler.assigned(tuple(sorted(self._owner.owned)), group.member_id, group.generation_id)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        # the client keeps what it gave up until it has joined again, and revokes that once more when closed
        gone = tuple(sorted({at.partition for at in revoked} & self._owner.owned))
        if not gone:
            return
        known = self._owner.known
        offsets = self._handler.revoking({p: known[p] for p in gone if p in known})
        reason = None
        if offsets:
            try:
                await self._consumer.commit_async(commit_arguments(next(iter(revoked)).topic, offsets))
            except KafkaError as error:
                reason = _text(error)
        self._give_up(gone, reason)

    async def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        self._give_up(tuple(sorted({at.partition for at in lost} & self._owner.owned)), None)

    def _give_up(self, gone: tuple[int, ...], reason: str | None) -> None:
        for partition in gone:
            self._owner.owned.discard(partition)
            self._owner.known.pop(partition, None)
        self._handler.revoked(gone, reason)


def _finish_joining(consumer: KafkaConsumer) -> None:
    """Makes the client wait on for a join that an earlier poll left under way.

    It joins anew while its assignment does not fit the topic's metadata. A leader has the new assignment
    before the broker confirms it: after a poll that ends between the two the client sees no reason to join,
    never takes the answer, sends no heartbeats and spins for good. A join ends only within a poll: none is
    asked for twice.
    """
    coordinator = consumer._coordinator  # noqa: SLF001
    if coordinator.rejoining:
        coordinator.request_rejoin()


def commit_arguments(topic: str, offsets: Offsets) -> dict[TopicPartition, OffsetAndMetadata]:
    """Complete values: the client dies of a None in place of the epoch or the metadata."""
    return {TopicPartition(topic, p): OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}


def _config(plan: MemberPlan) -> dict[str, Any]:
    return {
        "metadata_max_age_ms": 10_000,  # new partitions are seen soon
        **kafka_python_config(plan.connection, Role.CONSUMER),
        "client_id": plan.client_id,
        "group_id": plan.group,
        "auto_offset_reset": "none",
        "enable_auto_commit": False,
        "allow_auto_create_topics": False,
        "isolation_level": "read_committed" if plan.read_committed else "read_uncommitted",
        "session_timeout_ms": int(plan.session_timeout * 1000),
        "heartbeat_interval_ms": int(plan.heartbeat_interval * 1000),
    }


def _slice(at: TopicPartition, records: list[Any]) -> RecordSlice:
    return RecordSlice(
        at.partition,
        [record.value for record in records],
        [record.timestamp for record in records],
        lambda i: records[i].offset,
        _extras(records),
    )


def _extras(records: list[Any]) -> Callable[[int], tuple[bytes | None, Sequence[Header]]]:
    return lambda i: (records[i].key, records[i].headers)


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__
