"""Sends events over librdkafka, whose own queue is the bound on what is in flight."""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from eventq.broker.errors import INTERRUPTED, no_producer_id, reason, silent
from eventq.broker.librdkafka import failure, librdkafka_config, made, raised
from eventq.broker.librdkafka_reach import failed_to_reach
from eventq.broker.produce.defaults import LINGER_MS, delivery_timeout_ms
from eventq.broker.produce.fates import fate_of
from eventq.broker.unreachable import unreachable
from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.batch_fates import BatchFates
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.plan import Acks, SendPlan
from eventq.core.produce.report import Deliveries
from eventq.core.settings import numbers
from eventq.core.settings.settings import Role

_IN_FLIGHT_EVENTS = 100_000
_IN_FLIGHT_KBYTES = 64 * 1024
_STATISTICS_MS = 100
"""So soon is the producer id heard of; with 1,000 partitions each telling costs 2 ms of CPU."""

_ANY_PARTITION = -1
_CLIENTS_TIME = 0
"""In place of a timestamp: the time at which the client takes the event."""


class LibrdkafkaProducer:
    """`settings` of the client come on top of those of the plan."""

    def __init__(
        self,
        plan: SendPlan,
        settlements: Settlements | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.deliveries = Deliveries()
        self._settlements = settlements
        self._plan = plan
        self._partition = _ANY_PARTITION if plan.partition is None else plan.partition
        self._has_id = not plan.idempotent
        self._handed = 0
        self._touched: list[_BatchReport] = []
        self._errors: deque[KafkaError] = deque(maxlen=100)
        config = {**_config(plan, self._statistics), "error_cb": self._errors.append, **(settings or {})}
        self._producer: Producer = made(Producer, config)

    def begin(self) -> None:
        """Has a broker, the topic's metadata and, when idempotent, a producer id."""
        until = time.monotonic() + self._plan.connection.connect_timeout
        self._reach()
        while not self._has_id:
            if time.monotonic() > until:
                raise no_producer_id(self._plan.connection)
            self._producer.poll(0.05)

    def _reach(self) -> None:
        failed = failed_to_reach(self._producer, self._errors, self._plan.connection)
        if failed is not None:
            raise unreachable(self._plan.connection, failed)
        try:
            self._producer.list_topics(self._plan.topic, timeout=self._plan.connection.connect_timeout)
        except KafkaException as error:
            raise silent(self._plan.connection, failure(error)) from error

    def _statistics(self, text: str) -> None:
        """The only way in which librdkafka tells that it has its producer id."""
        if not self._has_id:
            self._has_id = json.loads(text)["eos"]["idemp_state"] == "Assigned"

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        sent = _BatchReport(batch.due, self.deliveries, self._touched)
        end, refusals = self._hand_over(batch, start, end, sent)
        if self._settlements is not None:
            # reports come in poll only: none was missed
            values = None if batch.identified else batch.values[start:end]
            sent.fates = BatchFates(self._settlements, end - start, batch.first + start, values)
            for i, error in refusals.items():
                sent.fates.refused_at(i - start, Fate.FAILED, reason_of(error))
        for error in refusals.values():
            self.deliveries.refuse(Fate.FAILED, reason_of(error))
        self._handed += end - start
        return end

    def _hand_over(
        self, batch: EventBatch, start: int, end: int, sent: "_BatchReport"
    ) -> tuple[int, dict[int, KafkaError]]:
        """Where there was no more room, and what the client itself refused until there."""
        produce, topic, partition, report = (
            self._producer.produce,
            self._plan.topic,
            self._partition,
            sent.report,
        )
        values, stamps, keys = batch.values, batch.stamps, batch.keys
        headers, partitions = batch.headers, batch.partitions
        plain = stamps is None and headers is None and partitions is None
        refusals: dict[int, KafkaError] = {}
        for i in range(start, end):
            try:
                if plain:  # to pass a timestamp costs 0.2 µs an event
                    produce(topic, values[i], keys and keys[i], partition, report)
                else:
                    produce(
                        topic,
                        values[i],
                        keys and keys[i],
                        partitions[i] if partitions else partition,
                        report,
                        timestamp=(stamps and stamps[i]) or _CLIENTS_TIME,
                        headers=list(headers[i]) if headers else None,
                    )
            except BufferError:  # noqa: PERF203 - costs nothing since Python 3.11
                return i, refusals
            except KafkaException as error:
                refusals[i] = error.args[0]
        return end, refusals

    def poll(self, seconds: float) -> None:
        self._hear(seconds)

    def _hear(self, seconds: float) -> None:
        self._call(self._producer.poll, seconds)
        if self._touched:
            now = time.monotonic()
            for report in self._touched:
                report.settle(now)
            self._touched.clear()

    def finish(self) -> None: ...

    def _call(self, step: Callable[..., Any], *arguments: float) -> None:
        """Of a fatal error the library does not tell `error_cb`: it raises it from whatever is called next.

        The events that it is about are reported one by one all the same.
        """
        try:
            step(*arguments)
        except (KafkaException, SystemError) as error:
            if (fatal := raised(error)) is not None:
                self._errors.append(fatal)

    def close(self) -> None:
        self._call(self._producer.purge)
        self._call(self._producer.flush, 1)
        self._hear(0)
        unheard = self._handed - self.deliveries.settled
        if unheard:
            self.deliveries.lose(INTERRUPTED, unheard)


class _BatchReport:
    """What the events of one batch have in common: one object and one callback for all of them.

    Acknowledgements come in runs of one partition; a run is counted when it ends, not event by event.
    """

    __slots__ = (
        "_deliveries",
        "_due",
        "_first",
        "_fresh",
        "_last",
        "_partition",
        "_run",
        "_touched",
        "fates",
    )

    def __init__(self, due: float, deliveries: Deliveries, touched: "list[_BatchReport]") -> None:
        self._due, self._deliveries, self._touched = due, deliveries, touched
        self.fates: BatchFates | None = None
        self._partition: int | None = None
        self._first: Any = None
        self._last: Any = None
        self._run = self._fresh = 0

    def report(self, error: Any, message: Any) -> None:
        """Called by the client inside poll, once an event."""
        if error is not None:
            self._refuse(error, message)
        elif message.partition() == self._partition:
            self._run += 1
            self._last = message
        else:
            self._begin_run(message)

    def _refuse(self, error: Any, message: Any) -> None:
        fate, why = fate_of(error.code()), reason_of(error)
        self._deliveries.refuse(fate, why)
        if self.fates is not None:
            self.fates.refused(message.value(), fate, why)

    def _begin_run(self, message: Any) -> None:
        if self._partition is None:
            self._touched.append(self)
        else:
            self._end_run()
        self._partition, self._run = message.partition(), 1
        self._first = self._last = message

    def _end_run(self) -> None:
        run = self._first.partition(), _offset(self._first), _offset(self._last), self._run
        self._deliveries.acknowledge(*run)
        if self.fates is not None:
            self.fates.acked(*run)
        self._fresh += self._run

    def settle(self, now: float) -> None:
        """Once for all that was reported in a poll."""
        self._end_run()
        self._deliveries.time((now - self._due) * 1000, now, self._fresh)
        self._partition = self._first = self._last = None
        self._fresh = 0


def _offset(message: Any) -> int:
    """-1: the broker gave none, as under acks=0."""
    offset = message.offset()
    return -1 if offset is None else int(offset)


def reason_of(error: Any) -> str:
    return reason(error.code(), error.str())


def _config(plan: SendPlan, statistics: Callable[[str], None]) -> dict[str, Any]:
    config = {
        "linger.ms": LINGER_MS,
        "delivery.timeout.ms": delivery_timeout_ms(plan),
        "log_level": 0,
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": _IN_FLIGHT_EVENTS,
        "queue.buffering.max.kbytes": _IN_FLIGHT_KBYTES,
        **librdkafka_config(plan.connection, Role.PRODUCER),
        "acks": {Acks.ALL: -1, Acks.LEADER: 1, Acks.NONE: 0}[plan.acks],
        "enable.idempotence": plan.idempotent,
        "compression.type": plan.compression.value,
    }
    if plan.idempotent:
        config |= {"statistics.interval.ms": _STATISTICS_MS, "stats_cb": statistics}
    if plan.linger_ms is not None:
        config["linger.ms"] = numbers.librdkafka("linger.ms", str(plan.linger_ms))
    if plan.batch_bytes is not None:
        config["batch.size"] = numbers.librdkafka("batch.size", str(plan.batch_bytes))
    if "delivery.timeout.ms" in plan.connection.properties:
        return config
    return numbers.in_order(config, [numbers.Order("linger.ms", 0, "delivery.timeout.ms", 0, 1)])
