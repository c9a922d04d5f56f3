"""Sends events over kafka-python, which has no bound on what is in flight: here is one, by count and bytes.

The client settles events on a thread of its own. They queue up there and are counted inside `poll`, so that
everybody else sees one thread.
"""

import contextlib
import time
from collections import deque
from collections.abc import Mapping
from threading import Event
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.errors import Cancelled, KafkaConnectionError, KafkaError, KafkaTimeoutError, RequestTimedOutError
from kafka.partitioner import StickyPartitioner

from eventq.broker.connection import abandon, kafka_python_config, made, silence_log
from eventq.broker.errors import (
    CONNECTION_LOST,
    INTERRUPTED,
    TIMED_OUT,
    error_text,
    no_producer_id,
    reason,
)
from eventq.broker.failure import Failure
from eventq.broker.produce.defaults import LINGER_MS, delivery_timeout_ms
from eventq.broker.produce.fates import fate_of
from eventq.broker.unreachable import unreachable
from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.batch_fates import BatchFates
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.plan import Acks, Compression, SendPlan
from eventq.core.produce.report import Deliveries
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role

_IN_FLIGHT_EVENTS = 20_000
_IN_FLIGHT_BYTES = 32 * 1024 * 1024
_BATCH_BYTES = 64 * 1024
_ASK_SECONDS = 0.01
_CLOSE_SECONDS = 5


class KafkaPythonProducer:
    """`settings` of the client come on top of those of the plan."""

    def __init__(
        self,
        plan: SendPlan,
        settlements: Settlements | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        silence_log()
        self._settlements = settlements
        self.deliveries = Deliveries()
        self._plan = plan
        self._handed = 0
        self._completions = _Completions()
        self._producer: KafkaProducer = made(
            plan.connection, KafkaProducer, {**_config(plan), **(settings or {})}
        )

    def begin(self) -> None:
        """Has the topic's metadata and, when idempotent, a producer id."""
        until = time.monotonic() + self._plan.connection.connect_timeout
        self._reach()
        while not self._has_id():
            if time.monotonic() > until:
                raise no_producer_id(self._plan.connection)
            time.sleep(_ASK_SECONDS)

    def _reach(self) -> None:
        try:
            self._producer.partitions_for(self._plan.topic)
        except KafkaError as error:
            raise unreachable(self._plan.connection, Failure(error_text(error))) from error

    def _has_id(self) -> bool:
        transactions = self._producer._transaction_manager  # noqa: SLF001 - no other way to know
        return transactions is None or bool(transactions.has_producer_id())

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        send, topic, partition = self._producer.send, self._plan.topic, self._plan.partition
        values, stamps, keys = batch.values, batch.stamps, batch.keys
        headers, partitions = batch.headers, batch.partitions
        end = self._room(batch, start, end)
        sent = _SendBatch(self._completions, batch.due, end - start, batch.size(start, end))
        if self._settlements is not None:
            sent.fates = BatchFates(self._settlements, end - start, batch.first + start)
        for i in range(start, end):
            own = list(headers[i]) if headers else None
            at = partitions[i] if partitions else partition
            try:
                future = send(topic, values[i], keys and keys[i], own, at, stamps and stamps[i])
            except (KafkaError, TypeError, ValueError) as error:  # it can't send a null header, for one
                sent.refused(i - start, error)
                continue
            future.add_callback(sent.completed)
            future.add_errback(sent.failed, i - start)
        self._handed += end - start
        return end

    def _room(self, batch: EventBatch, start: int, end: int) -> int:
        """How far into the batch there is room; whatever its size, an event may be in flight alone."""
        in_flight = self._handed - self.deliveries.settled
        end = min(end, start + max(0, _IN_FLIGHT_EVENTS - in_flight))
        while end > start and self._completions.bytes + batch.size(start, end) > _IN_FLIGHT_BYTES:
            end = start + (end - start) // 2
        return end if in_flight else max(end, start + 1)

    def poll(self, seconds: float) -> None:
        self._completions.settle(self.deliveries, seconds)

    def finish(self) -> None: ...

    def close(self) -> None:
        self.poll(0)
        unheard = self._handed - self.deliveries.settled
        if unheard:
            self.deliveries.lose(INTERRUPTED, unheard)
            self.abandon()
        else:
            with contextlib.suppress(KafkaError):
                self._producer.close(timeout=_CLOSE_SECONDS)

    def abandon(self) -> None:
        """With what it has not sent, for which its own close would wait."""
        abandon(self._producer)


class _Completions:
    """Outcomes on their way from the client's thread to ours, and the bytes in flight."""

    def __init__(self) -> None:
        self.queue: deque[tuple[_SendBatch, Any]] = deque()
        self.bytes = 0
        self.wake = Event()

    def settle(self, deliveries: Deliveries, seconds: float) -> None:
        """Counts what has completed; waits up to `seconds` if nothing has."""
        if seconds and not self.queue:
            self.wake.wait(seconds)
        self.wake.clear()
        now = time.monotonic()
        while self.queue:
            sent, outcome = self.queue.popleft()
            sent.settle(deliveries, outcome, now)


class _SendBatch:
    """What the events of one send have in common."""

    __slots__ = ("_bytes", "_completions", "_due", "_left", "fates")

    def __init__(self, completions: _Completions, due: float, count: int, size: int) -> None:
        self._completions, self._due, self._left, self._bytes = completions, due, count, size
        self.fates: BatchFates | None = None
        completions.bytes += size

    def completed(self, outcome: Any) -> None:
        """On the client's thread: the record's metadata, or what `failed` and `refused` make of an error."""
        self._completions.queue.append((self, outcome))
        if not self._completions.wake.is_set():
            self._completions.wake.set()

    def failed(self, index: int, error: Exception) -> None:
        """On the client's thread, of the event at this place of the send."""
        self.completed(_Refusal(index, fate_of(getattr(error, "errno", -1)), reason_of(error)))

    def refused(self, index: int, error: Exception) -> None:
        """By the client itself, which then has not sent it."""
        self.completed(_Refusal(index, Fate.FAILED, reason_of(error)))

    def settle(self, deliveries: Deliveries, outcome: Any, now: float) -> None:
        """On our thread. The bytes count as in flight until the last of the events has completed."""
        self._left -= 1
        if not self._left:
            self._completions.bytes -= self._bytes
        if isinstance(outcome, _Refusal):
            deliveries.refuse(outcome.fate, outcome.why)
            if self.fates is not None:
                self.fates.refused_at(*outcome)
            return
        deliveries.acknowledge(outcome.partition, outcome.offset, outcome.offset)
        deliveries.time((now - self._due) * 1000, now)
        if self.fates is not None:
            self.fates.acked(outcome.partition, outcome.offset, outcome.offset, 1)


class _Refusal(NamedTuple):
    place: int
    fate: Fate
    why: str


def reason_of(error: Exception) -> str:
    if isinstance(error, KafkaConnectionError):
        return CONNECTION_LOST
    if isinstance(error, KafkaTimeoutError | RequestTimedOutError | Cancelled):
        return TIMED_OUT
    text = type(error).__name__ if isinstance(error, KafkaError) else str(error)
    return reason(getattr(error, "errno", 0), text)


def _config(plan: SendPlan) -> dict[str, Any]:
    codec = plan.compression
    config = {
        "partitioner": StickyPartitioner(),
        "delivery_timeout_ms": delivery_timeout_ms(plan),
        **kafka_python_config(plan.connection, Role.PRODUCER),
        "acks": {Acks.ALL: "all", Acks.LEADER: 1, Acks.NONE: 0}[plan.acks],
        "enable_idempotence": plan.idempotent,
        "compression_type": None if codec is Compression.NONE else codec.value,
        "linger_ms": LINGER_MS if plan.linger_ms is None else plan.linger_ms,
        "batch_size": _BATCH_BYTES if plan.batch_bytes is None else plan.batch_bytes,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
    if "delivery.timeout.ms" in plan.connection.properties:
        return config
    return in_order(
        config, [Order("request_timeout_ms", 30_000, "delivery_timeout_ms", 0, config["linger_ms"])]
    )
