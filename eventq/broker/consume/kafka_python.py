"""A group member over kafka-python.

`auto_offset_reset` is none: the client's own policies would jump to the end and skip what can still be read.
"""

from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.errors import (
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    UnknownBrokerIdError,
)

from eventq.broker.connection import kafka_python_config, made, silence_log
from eventq.broker.errors import error_text, refused
from eventq.broker.passing import PASSING_CODES
from eventq.core.consume.beginning import PartitionOffsets
from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.kafka import Header
from eventq.core.settings.settings import Role
from eventq.core.start import StartKind

_ANSWER_MS = 5000
_CLOSE_MS = 5000


class KafkaPythonConsumer:
    """What was assigned is paused until it begins: the client would read on from the group's commit."""

    def __init__(self, plan: MemberPlan) -> None:
        silence_log()
        self._plan = plan
        self._outside: Offsets = {}
        self.owned: set[int] = set()
        self.waiting: set[int] = set()
        self.known: Offsets = {}
        self._consumer: KafkaConsumer = made(plan.connection, KafkaConsumer, _config(plan))

    def join(self, handler: MemberHandler) -> None:
        self._consumer.subscribe(
            [self._plan.topic], listener=_RebalanceListener(self, self._consumer, handler)
        )

    def poll(self, seconds: float, most: int) -> list[RecordSlice]:
        self._remember()
        _finish_joining(self._consumer)
        try:
            return self._records(int(seconds * 1000), most)
        except KafkaError as error:
            self._judge(error)
        return []

    def _judge(self, error: KafkaError) -> None:
        """Errors that pass by themselves are waited out."""
        code = getattr(error, "errno", None)  # the client's own errors have none
        if not (error.retriable or code in PASSING_CODES or isinstance(error, UnknownBrokerIdError)):
            raise refused(self._plan.topic, code, error_text(error)) from error

    def _records(self, millis: int, most: int) -> list[RecordSlice]:
        try:
            batches = self._consumer.poll(timeout_ms=millis, max_records=most)
        except NoOffsetForPartitionError:
            pass  # the client looks for the commits of what waits, too
        except OffsetOutOfRangeError as error:
            self._leave_out({at.partition: offset for at, offset in error.args[0].items()})
        except LogTruncationError as error:
            held, gone = self.positions(), {at.partition for at in error.divergent_offsets}
            self._leave_out({p: offset for p, offset in held.items() if p in gone})
        else:
            return [_slice(partition, records) for partition, records in batches.items()]
        return []

    def _leave_out(self, positions: Offsets) -> None:
        self._outside.update({p: offset for p, offset in positions.items() if p in self.owned})

    def outside(self) -> Offsets:
        return dict(self._outside)

    def look_up(self, partitions: Sequence[int]) -> dict[int, PartitionOffsets]:
        ats = [self._at(partition) for partition in partitions]
        try:
            # its public call asks for one partition
            commits = self._consumer._coordinator.fetch_committed_offsets(ats, timeout_ms=_ANSWER_MS)  # noqa: SLF001
            starts = self._consumer.beginning_offsets(ats, timeout_ms=_ANSWER_MS)
            ends = self._consumer.end_offsets(ats, timeout_ms=_ANSWER_MS)
            times = self._times(ats)
        except KafkaError as error:
            self._judge(error)
            return {}
        committed = {at: kept.offset for at, kept in commits.items()}
        return {
            at.partition: PartitionOffsets(starts[at], ends[at], committed.get(at), times.get(at))
            for at in ats
        }

    def _times(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if self._plan.start.kind is not StartKind.TIME:
            return {}
        wanted = dict.fromkeys(partitions, self._plan.start.value)
        found = self._consumer.offsets_for_times(wanted, timeout_ms=_ANSWER_MS)
        return {at: answer.offset for at, answer in found.items() if answer is not None}

    def begin(self, offsets: Offsets) -> None:
        for partition, offset in offsets.items():
            self._consumer.seek(self._at(partition), offset)
            self._consumer.resume(self._at(partition))
            self._outside.pop(partition, None)
            self.waiting.discard(partition)

    def give_back(self, partition: int, offset: int) -> None:
        self._consumer.seek(self._at(partition), offset)

    def _at(self, partition: int) -> TopicPartition:
        return TopicPartition(self._plan.topic, partition)

    def positions(self) -> Offsets:
        # position() may ask the broker, and can't from inside a rebalance; what the client keeps is enough
        held = self._consumer._subscription.all_consumed_offsets()  # noqa: SLF001
        begun = self.owned - self.waiting
        return {at.partition: kept.offset for at, kept in held.items() if at.partition in begun}

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
            return error_text(error)
        return None

    def group_metadata(self) -> object:
        return self._consumer.group_metadata()

    def pause(self) -> None:
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        self._consumer.resume(*(at for at in self._consumer.paused() if at.partition not in self.waiting))

    def close(self) -> None:
        self._remember()
        self._consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)

    def take(self, partitions: set[int]) -> None:
        """They were assigned; those that are new wait."""
        new = partitions - self.owned
        self._consumer.pause(*map(self._at, new))
        self.owned |= new
        self.waiting |= new

    def give_up(self, partitions: tuple[int, ...]) -> None:
        self.owned.difference_update(partitions)
        self.waiting.difference_update(partitions)
        for partition in partitions:
            self.known.pop(partition, None)
            self._outside.pop(partition, None)


class _RebalanceListener(AsyncConsumerRebalanceListener):  # type: ignore[misc] # the client has no types
    """Runs on the client's own thread while the member waits inside poll or close."""

    def __init__(self, owner: KafkaPythonConsumer, consumer: KafkaConsumer, handler: MemberHandler) -> None:
        self._owner = owner
        self._consumer = consumer
        self._handler = handler

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        group = self._consumer.group_metadata()
        self._owner.take({at.partition for at in assigned})
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
                await self._commit_last(commit_arguments(next(iter(revoked)).topic, offsets))
            except KafkaError as error:
                reason = error_text(error)
        self._give_up(gone, reason)

    async def _commit_last(self, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        """Of partitions that go away: there is no later commit to make up for it, so this one waits.

        The client's public call gives up at the first refusal.
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001
        await coordinator._commit_offsets_sync_async(offsets, timeout_ms=_ANSWER_MS)  # noqa: SLF001

    async def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        self._give_up(tuple(sorted({at.partition for at in lost} & self._owner.owned)), None)

    def _give_up(self, gone: tuple[int, ...], reason: str | None) -> None:
        self._owner.give_up(gone)
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
