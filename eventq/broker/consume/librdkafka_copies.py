"""Copies records to a topic over librdkafka; serves EffectStore of loops/consume/effect_store.py."""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from eventq.broker.consume.copying import LINGER_MS, SETTLE_SECONDS, is_hopeless, place, refused, unavailable
from eventq.broker.errors import reason
from eventq.broker.librdkafka import failure, librdkafka_config, made, raised
from eventq.broker.librdkafka_reach import failed_to_reach
from eventq.broker.unreachable import unreachable
from eventq.core.consume.copies import copies
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role

_IN_FLIGHT_EVENTS = 100_000
_IN_FLIGHT_KBYTES = 64 * 1024
_ROOM_SECONDS = 0.1
_CLIENTS_TIME = 0
_ANY_PARTITION = -1
_GRACE_SECONDS = 2.0
"""For the report of what the client has given up."""
_NO_REPORT = Order("linger.ms", LINGER_MS, "delivery.timeout.ms", int(SETTLE_SECONDS * 1000), 1)


class LibrdkafkaCopies:
    """`errors` are those of connections, as the client tells them."""

    def __init__(self, plan: MemberPlan, target: str) -> None:
        self._plan, self.target = plan, target
        self.errors: deque[KafkaError] = deque(maxlen=100)
        self._failed: KafkaError | None = None
        self._sent: list[RecordSlice] = []
        self._producer: Producer | None = None

    @property
    def producer(self) -> Producer:
        if self._producer is None:
            raise unavailable(self.target, "there is no connection")
        return self._producer

    def open(self) -> None:
        self._drop()
        self._failed, self._sent = None, []
        self.errors.clear()
        settings = {**self.settings(), "error_cb": self.errors.append, "on_delivery": self._reported}
        producer = made(Producer, settings)
        failed = failed_to_reach(producer, self.errors, self._plan.connection)
        if failed is not None and failed.definite:
            raise unreachable(self._plan.connection, failed)
        if failed is not None:
            raise unavailable(self.target, str(unreachable(self._plan.connection, failed)))
        self.errors.clear()
        self._producer = producer

    def settings(self) -> dict[str, Any]:
        config = {
            "linger.ms": LINGER_MS,
            "delivery.timeout.ms": int(SETTLE_SECONDS * 1000),
            "queue.buffering.max.messages": _IN_FLIGHT_EVENTS,
            "queue.buffering.max.kbytes": _IN_FLIGHT_KBYTES,
            "partitioner": "murmur2_random",
            "log_level": 0,
            **librdkafka_config(self._plan.connection, Role.PRODUCER),
            "client.id": f"{self._plan.client_id}-copies",
            "acks": -1,
            "enable.idempotence": True,
            "delivery.report.only.error": True,
        }
        return in_order(config, [_NO_REPORT])

    def _reported(self, error: KafkaError | None, _message: Message) -> None:
        """Called inside poll and flush, for what was not delivered."""
        if error is not None and (self._failed is None or is_hopeless(error.code())):
            self._failed = error

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        self.send(records, faults)
        self.settle()

    def send(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """Hands the copies over; waits for room where there is none."""
        produce, target = self.producer.produce, self.target
        self._sent.append(records)
        for offset, key, value, headers, stamp in copies(self._plan.topic, records, faults):
            while True:
                try:
                    produce(
                        target, value, key, _ANY_PARTITION, timestamp=stamp or _CLIENTS_TIME, headers=headers
                    )
                    break
                except BufferError:
                    self._heard(self.producer.poll, _ROOM_SECONDS)
                except KafkaException as error:
                    self._judge(error.args[0], place(self._plan, records, offset))
        self._heard(self.producer.poll, 0)

    def settle(self) -> None:
        """Waits until every copy is acknowledged."""
        left = self._heard(self.producer.flush, self.patience + _GRACE_SECONDS)
        sent, self._sent = self._sent, []
        if self._failed is not None:
            error, self._failed = self._failed, None
            self._judge(error, " or ".join(place(self._plan, records) for records in sent))
        if left:
            raise unavailable(self.target, f"{left} copies were not acknowledged in time")

    def _heard(self, call: Callable[[float], int], seconds: float) -> int:
        """What a call answers in which the client tells of deliveries."""
        try:
            return call(seconds)
        except (KafkaException, SystemError) as error:
            if (fatal := raised(error)) is not None:
                self._judge(fatal, self._plan.topic)
            return len(self.producer)

    @property
    def patience(self) -> float:
        """Seconds until the client itself gives a record up."""
        return int(self.settings()["delivery.timeout.ms"]) / 1000

    def _judge(self, error: KafkaError, where: str) -> NoReturn:
        if is_hopeless(error.code()):
            raise refused(self.target, where, error.code(), error.str())
        raise unavailable(self.target, reason(error.code(), failure(error)))

    def close(self) -> None:
        self._drop()

    def _drop(self) -> None:
        """What is still in hand is given up: it was not promised to anybody."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaException, SystemError):  # what it was given is given up in any case
                producer.purge()
                producer.poll(0)
