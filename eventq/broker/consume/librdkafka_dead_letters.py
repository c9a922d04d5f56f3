"""Dead letters to a topic over librdkafka: acks=all, idempotent, each with its report."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from confluent_kafka import KafkaException, Producer

from eventq.broker.consume.dead_letter_defaults import DELIVERY_TIMEOUT_MS, FLUSH_SECONDS, LARGEST_BYTES
from eventq.broker.errors import TIMED_OUT, reason
from eventq.broker.librdkafka import failure, librdkafka_config, made, raised
from eventq.core.consume.dead_letters import dead_letters, letter_headers
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import StoreUnavailable
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role

_CLIENTS_TIME = 0
"""In place of a timestamp: the time at which the client takes the record."""


class LibrdkafkaDeadLetters:
    """Serves DeadLetters of loops/consume/dead_letters.py; most members never have one, and so no client."""

    def __init__(self, plan: MemberPlan, topic: str) -> None:
        self._plan, self._topic = plan, topic
        self._config = _config(plan)
        self._producer: Producer | None = None
        self._acked: set[int] = set()
        self._refused: dict[int, str] = {}

    def open(self) -> None:
        """One by one from now on: what is refused for its size is a batch, and all in it with it."""
        self.close()
        self._config["batch.num.messages"] = 1

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        if self._producer is None:
            self._producer = made(Producer, self._config)
        self._refused.clear()
        try:
            self._hand_over(self._producer, records, faults)
            unheard = self._producer.flush(int(self._config["delivery.timeout.ms"]) / 1000 + FLUSH_SECONDS)
        except BufferError as error:
            raise StoreUnavailable(failure(error)) from error
        except (KafkaException, SystemError) as error:
            raise StoreUnavailable(failure(raised(error) or error)) from error
        if self._refused:
            offset, why = min(self._refused.items())
            raise StoreUnavailable(f"{why} for {self._plan.topic}/{records.partition} at offset {offset}")
        if unheard:
            raise StoreUnavailable(TIMED_OUT)
        self._acked.clear()

    def _hand_over(self, producer: Producer, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """What an earlier try has brought there already is left out."""
        for letter in dead_letters(records, faults):
            if letter.offset not in self._acked:
                producer.produce(
                    self._topic,
                    letter.value,
                    letter.key,
                    on_delivery=partial(self._report, letter.offset),
                    timestamp=letter.timestamp or _CLIENTS_TIME,
                    headers=letter_headers(letter, self._plan.topic, records.partition, self._plan.group),
                )

    def _report(self, offset: int, error: Any, _message: Any) -> None:
        if error is None:
            self._acked.add(offset)
        else:
            self._refused[offset] = reason(error.code(), error.str())

    def close(self) -> None:
        """What was refused is dropped: it is sent anew."""
        if self._producer is not None:
            with suppress(KafkaException, SystemError):  # what it was given is given up in any case
                self._producer.purge()
                self._producer.flush(1)
            self._producer = None


def _config(plan: MemberPlan) -> dict[str, Any]:
    config = {
        "linger.ms": 0,
        "delivery.timeout.ms": DELIVERY_TIMEOUT_MS,
        "message.max.bytes": LARGEST_BYTES,
        "log_level": 0,
        "partitioner": "murmur2_random",
        **librdkafka_config(plan.connection, Role.PRODUCER),
        "client.id": plan.client_id,
        "acks": -1,
        "enable.idempotence": True,
    }
    return in_order(config, [Order("linger.ms", 0, "delivery.timeout.ms", 0, 1)])
