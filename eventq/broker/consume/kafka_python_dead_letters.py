"""Dead letters to a topic over kafka-python: acks=all, idempotent, each with its acknowledgement."""

import time
from collections.abc import Mapping
from typing import Any

from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner import StickyPartitioner

from eventq.broker.connection import abandon, kafka_python_config, made
from eventq.broker.consume.dead_letter_defaults import DELIVERY_TIMEOUT_MS, FLUSH_SECONDS, LARGEST_BYTES
from eventq.broker.errors import TIMED_OUT, error_text, reason
from eventq.core.consume.dead_letters import DeadLetter, dead_letters, letter_headers
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError, StoreUnavailable, UsageError
from eventq.core.kafka import Header
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role


class KafkaPythonDeadLetters:
    """Serves DeadLetters of loops/consume/dead_letters.py; most members never have one, and so no client."""

    def __init__(self, plan: MemberPlan, topic: str) -> None:
        self._plan, self._topic = plan, topic
        self._config = _config(plan)
        self._producer: KafkaProducer | None = None
        self._acked: set[int] = set()

    def open(self) -> None:
        self.close()

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        try:
            self._write(self._connected(), records, faults)
        except KafkaError as error:
            raise StoreUnavailable(_why(error)) from error
        self._acked.clear()

    def _connected(self) -> KafkaProducer:
        try:
            self._producer = self._producer or made(self._plan.connection, KafkaProducer, self._config)
        except UsageError:
            raise
        except EventqError as error:
            raise StoreUnavailable(str(error)) from error
        return self._producer

    def _write(self, producer: KafkaProducer, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """What an earlier try has brought there already is left out."""
        producer.partitions_for(self._topic)  # waits until its partitions are known
        sent = {
            letter.offset: self._send(
                producer,
                letter,
                letter_headers(letter, self._plan.topic, records.partition, self._plan.group),
            )
            for letter in dead_letters(records, faults)
            if letter.offset not in self._acked
        }
        refused = self._refused(sent)
        if refused:
            offset, why = min(refused.items())
            raise StoreUnavailable(f"{why} for {self._plan.topic}/{records.partition} at offset {offset}")

    def _refused(self, sent: Mapping[int, Any]) -> dict[int, str]:
        """Waits for all of them. The client's flush would not: it forgets those of a batch that it splits."""
        until = time.monotonic() + self._config["delivery_timeout_ms"] / 1000 + FLUSH_SECONDS
        refused: dict[int, str] = {}
        for offset, future in sent.items():
            try:
                future.get(max(0.0, until - time.monotonic()))
            except KafkaError as error:  # noqa: PERF203 - costs nothing since Python 3.11
                refused[offset] = _why(error)
            else:
                self._acked.add(offset)
        return refused

    def _send(self, producer: KafkaProducer, letter: DeadLetter, headers: list[Header]) -> Any:
        """The client's own call refuses a record with neither key nor value. It can't write a header without
        a value at all: that is an empty one.
        """
        key, value, stamp = letter.key, letter.value, letter.timestamp
        headers = [(name, said or b"") for name, said in headers]
        if (key, value) != (None, None):
            return producer.send(self._topic, value, key, headers, timestamp_ms=stamp)
        partition = producer._partition(self._topic, None, key, value, key, value)  # noqa: SLF001
        at = TopicPartition(self._topic, partition)
        return producer._accumulator.append(at, stamp, key, value, headers)[0]  # noqa: SLF001

    def close(self) -> None:
        """What was refused is dropped: it is sent anew."""
        if self._producer is not None:
            abandon(self._producer)
            self._producer = None


def _why(error: KafkaError) -> str:
    if isinstance(error, KafkaTimeoutError):
        return TIMED_OUT
    return reason(getattr(error, "errno", 0), error_text(error))


def _config(plan: MemberPlan) -> dict[str, Any]:
    config = {
        "partitioner": StickyPartitioner(),
        "delivery_timeout_ms": DELIVERY_TIMEOUT_MS,
        "request_timeout_ms": DELIVERY_TIMEOUT_MS,
        "max_block_ms": DELIVERY_TIMEOUT_MS,
        "max_request_size": LARGEST_BYTES,
        **kafka_python_config(plan.connection, Role.PRODUCER),
        "client_id": plan.client_id,
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": 0,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
    return in_order(config, [Order("request_timeout_ms", 0, "delivery_timeout_ms", 0)])
