"""A group member over librdkafka, set for throughput in bounded memory.

`auto.offset.reset` is error: the client's own policies would jump to the end and skip what can still be read.
A rebalance only says what was assigned; the client is given it in `begin`.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from threading import Thread

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as At

from eventq.broker.consume.librdkafka_commits import checked, commit_last, committed
from eventq.broker.consume.librdkafka_records import slice_of
from eventq.broker.consume.librdkafka_settings import is_incremental, member_config
from eventq.broker.errors import refused
from eventq.broker.librdkafka import failure, made
from eventq.broker.librdkafka_codes import passes
from eventq.core.consume.beginning import PartitionOffsets
from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.start import StartKind

_ANSWER_SECONDS = 5.0
_CLOSE_SECONDS = 8.0


class LibrdkafkaConsumer:
    def __init__(self, plan: MemberPlan) -> None:
        self._plan = plan
        settings = member_config(plan)
        self._incremental = is_incremental(settings)
        self._owned: set[int] = set()
        self._outside: set[int] = set()
        self._pending_seeks: set[int] = set()
        self._next_offset: Offsets = {}
        self._position_baseline: Offsets = {}
        self._leaving = False
        self._consumer: Consumer = made(Consumer, settings)

    def join(self, handler: MemberHandler) -> None:
        self._consumer.subscribe(
            [self._plan.topic],
            on_assign=partial(self._assigned, handler),
            on_revoke=partial(self._revoked, handler),
            on_lost=partial(self._lost, handler),
        )

    def poll(self, seconds: float, most: int) -> list[RecordSlice]:
        """What is there; else waits for a single record, because consume(n) would wait for n."""
        try:
            self._seek_again()
            messages = self._consumer.consume(most, 0) or self._wait(seconds)
            if any(map(Message.error, messages)):
                messages = self._sound(messages)
        except KafkaException as error:
            self._judge(error.args[0])
            return []
        return self._slices(messages)

    def _seek_again(self) -> None:
        """What was not being fetched when it was given back is assigned anew."""
        if self._pending_seeks:
            self._begin({p: self._next_offset[p] for p in self._pending_seeks & self._next_offset.keys()})
            self._pending_seeks.clear()

    def _wait(self, seconds: float) -> list[Message]:
        message = self._consumer.poll(seconds)
        return [] if message is None else [message]

    def _slices(self, messages: list[Message]) -> list[RecordSlice]:
        runs: dict[int, list[Message]] = {}
        for partition, run in groupby(messages, Message.partition):
            runs.setdefault(partition, []).extend(run)
        slices = [
            slice_of(partition, run) for partition, run in runs.items() if partition in self._next_offset
        ]
        self._next_offset.update((records.partition, records.last_offset + 1) for records in slices)
        return slices

    def _sound(self, messages: list[Message]) -> list[Message]:
        """Without the messages that tell of an error."""
        for message in messages:
            error = message.error()
            if error is not None and error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001
                self._outside.add(message.partition())
            elif error is not None:
                self._judge(error)
        return [message for message in messages if message.error() is None]

    def _judge(self, error: KafkaError) -> None:
        """Errors that pass by themselves are waited out."""
        if not passes(error):
            raise refused(self._plan.topic, error.code(), failure(error))

    # where partitions begin

    def outside(self) -> Offsets:
        return {p: self._next_offset[p] for p in self._outside & self._next_offset.keys()}

    def look_up(self, partitions: Sequence[int]) -> dict[int, PartitionOffsets]:
        start = self._plan.start
        try:
            committed = self._committed(partitions)
            starts = self._offsets(partitions, OFFSET_BEGINNING)
            ends = self._offsets(partitions, OFFSET_END)
            times = self._offsets(partitions, start.value) if start.kind is StartKind.TIME else {}
        except KafkaException as error:
            self._judge(error.args[0])
            return {}
        return {p: PartitionOffsets(starts[p], ends[p], committed.get(p), times.get(p)) for p in partitions}

    def _committed(self, partitions: Sequence[int]) -> Offsets:
        found = self._consumer.committed(self._ats(partitions), timeout=_ANSWER_SECONDS)
        return {at.partition: at.offset for at in checked(found) if at.offset >= 0}

    def _offsets(self, partitions: Sequence[int], moment: int) -> Offsets:
        """The log's start, its end, or the first offset of a time or later, none if there is none."""
        asked = [At(self._plan.topic, partition, moment) for partition in partitions]
        found = self._consumer.offsets_for_times(asked, timeout=_ANSWER_SECONDS)
        return {at.partition: at.offset for at in checked(found) if at.offset >= 0}

    def begin(self, offsets: Offsets) -> None:
        self._outside.difference_update(offsets)
        try:
            self._begin(offsets)
        except KafkaException as error:
            self._judge(error.args[0])

    def _begin(self, offsets: Offsets) -> None:
        again = [partition for partition in offsets if partition in self._next_offset]
        for partition, offset in offsets.items():
            self._move(partition, offset)
        if self._incremental:
            if again:
                self._consumer.incremental_unassign(self._ats(again))
            self._consumer.incremental_assign(self._next(offsets))
        else:
            self._consumer.assign(self._next(self.positions()))

    def give_back(self, partition: int, offset: int) -> None:
        self._move(partition, offset)
        try:
            self._consumer.seek(At(self._plan.topic, partition, offset))
        except KafkaException:
            self._pending_seeks.add(partition)  # not being fetched just now: it is assigned anew

    # positions

    def _move(self, partition: int, offset: int) -> None:
        self._position_baseline[partition] = self._client_positions([partition]).get(partition, -1)
        self._next_offset[partition] = offset

    def positions(self) -> Offsets:
        """Beyond control records, which only the client sees; its own position never goes back, ours does."""
        held = self._client_positions(list(self._next_offset))
        return {
            p: held[p] if held.get(p, -1) > self._position_baseline[p] else at
            for p, at in self._next_offset.items()
        }

    def _client_positions(self, partitions: list[int]) -> Offsets:
        return {at.partition: at.offset for at in self._consumer.position(self._ats(partitions))}

    def ends(self) -> Offsets:
        known = {
            at.partition: self._consumer.get_watermark_offsets(at, cached=True)
            for at in self._ats(self._next_offset)
        }
        return {partition: marks[1] for partition, marks in known.items() if marks and marks[1] >= 0}

    def _ats(self, partitions: Iterable[int]) -> list[At]:
        return [At(self._plan.topic, partition) for partition in partitions]

    def commit(self, offsets: Offsets) -> str | None:
        return committed(self._consumer, self._next(offsets))

    def _next(self, offsets: Offsets) -> list[At]:
        return [At(self._plan.topic, partition, offset) for partition, offset in offsets.items()]

    def group_metadata(self) -> object:
        return self._consumer.consumer_group_metadata()

    def pause(self) -> None:
        self._consumer.pause(self._ats(self._next_offset))

    def resume(self) -> None:
        self._consumer.resume(self._ats(self._next_offset))

    def close(self) -> None:
        """In a rebalance the client (2.16) may never return from this; the process must end all the same."""
        self._leaving = True
        failed: list[BaseException] = []
        leaving = Thread(target=_kept, args=(self._consumer.close, failed), daemon=True)
        leaving.start()
        leaving.join(_CLOSE_SECONDS)
        if failed:
            raise failed[0]

    # rebalances; librdkafka takes what they returned from for granted once they end

    def _assigned(self, handler: MemberHandler, consumer: Consumer, partitions: list[At]) -> None:
        """Assigns nothing yet, which answers the client all the same; `begin` does.

        Of what comes only while it leaves nobody need hear, and the client may know no generation then.
        """
        if self._incremental:
            consumer.incremental_assign([])
        else:
            consumer.assign([])
        if self._leaving:
            return
        self._owned |= {at.partition for at in partitions}
        handler.assigned(tuple(sorted(self._owned)), consumer.memberid(), _generation(consumer))

    def _revoked(self, handler: MemberHandler, _consumer: Consumer, partitions: list[At]) -> None:
        gone = tuple(sorted(at.partition for at in partitions))
        held = {partition: offset for partition, offset in self.positions().items() if partition in gone}
        offsets = handler.revoking(held)
        reason = commit_last(self._consumer, self._next(offsets)) if offsets else None
        self._forget(handler, gone, reason)

    def _lost(self, handler: MemberHandler, _consumer: Consumer, partitions: list[At]) -> None:
        self._forget(handler, tuple(sorted(at.partition for at in partitions)), None)

    def _forget(self, handler: MemberHandler, gone: tuple[int, ...], reason: str | None) -> None:
        self._owned.difference_update(gone)
        for partition in gone:
            self._next_offset.pop(partition, None)
        handler.revoked(gone, reason)


def _generation(consumer: Consumer) -> int:
    """The client has no call for it; its group metadata, in one piece for transactions, begins with it."""
    generation: int = struct.unpack_from("=7si", consumer.consumer_group_metadata())[1]
    return generation


def _kept(call: Callable[[], object], failed: list[BaseException]) -> None:
    """Calls, and keeps what was raised for another thread to raise."""
    try:
        call()
    except BaseException as error:
        failed.append(error)
