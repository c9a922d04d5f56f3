"""Copies records to a topic over kafka-python; serves EffectStore of loops/consume/effect_store.py."""

from collections.abc import Mapping
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner import StickyPartitioner

from eventq.broker.connection import kafka_python_config, made, silence_log
from eventq.broker.consume.copying import LINGER_MS, SETTLE_SECONDS, is_hopeless, place, refused, unavailable
from eventq.broker.errors import error_text
from eventq.core.consume.copies import copies
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError, UsageError
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role

_BATCH_BYTES = 64 * 1024
_UNKNOWN_CODE = -1


class KafkaPythonCopies:
    def __init__(self, plan: MemberPlan, target: str) -> None:
        silence_log()
        self._plan, self.target = plan, target
        self._sent: list[tuple[RecordSlice, list[Any]]] = []
        self._producer: KafkaProducer | None = None

    @property
    def producer(self) -> KafkaProducer:
        if self._producer is None:
            raise unavailable(self.target, "there is no connection")
        return self._producer

    def open(self) -> None:
        self._drop()
        self._sent = []
        try:
            self._producer = made(self._plan.connection, KafkaProducer, self.settings())
            self._producer.partitions_for(self.target)
        except UsageError:
            raise
        except (EventqError, KafkaError) as error:
            raise unavailable(self.target, error_text(error)) from error

    def settings(self) -> dict[str, Any]:
        config = {
            "partitioner": StickyPartitioner(),
            "linger_ms": LINGER_MS,
            "batch_size": _BATCH_BYTES,
            "delivery_timeout_ms": int(SETTLE_SECONDS * 1000),
            **kafka_python_config(self._plan.connection, Role.PRODUCER),
            "client_id": f"{self._plan.client_id}-copies",
            "acks": "all",
            "enable_idempotence": True,
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }
        request = min(config.get("request_timeout_ms", 30_000), config["delivery_timeout_ms"] // 2)
        config["request_timeout_ms"] = request
        return in_order(
            config, [Order("request_timeout_ms", 0, "delivery_timeout_ms", 0, config["linger_ms"])]
        )

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        self.send(records, faults)
        self.settle()

    def send(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """Hands the copies over; the fetched records bound what is in flight."""
        send, target = self.producer.send, self.target
        futures: list[Any] = []
        self._sent.append((records, futures))
        for offset, key, value, headers, stamp in copies(self._plan.topic, records, faults):
            try:
                futures.append(send(target, value, key, headers, None, stamp))
            except (TypeError, ValueError) as error:  # noqa: PERF203 - costs nothing since Python 3.11
                raise EventqError(
                    f"the event of {place(self._plan, records, offset)} can't be copied over kafka-python: "
                    "it has a header without a value, or neither key nor value",
                    hint="pip install 'eventq[fast]' and --client librdkafka copy it",
                ) from error
            except KafkaError as error:
                self._judge(error, place(self._plan, records, offset))

    def settle(self) -> None:
        """Waits until every copy is acknowledged."""
        sent, self._sent = self._sent, []
        try:
            self.producer.flush(self.patience)
        except KafkaTimeoutError as error:
            raise unavailable(self.target, "copies were not acknowledged in time") from error
        for records, futures in sent:
            for future in futures:
                if not future.succeeded():
                    self._judge(future.exception or KafkaTimeoutError(), place(self._plan, records))

    @property
    def patience(self) -> float:
        """Seconds until the client itself gives a record up, and a little more."""
        return float(self.settings()["delivery_timeout_ms"]) / 1000 + 2

    def _judge(self, error: Exception, where: str) -> None:
        code = getattr(error, "errno", _UNKNOWN_CODE)
        if is_hopeless(code):
            raise refused(self.target, where, code, error_text(error)) from error
        raise unavailable(self.target, error_text(error)) from error

    def close(self) -> None:
        self._drop()

    def _drop(self) -> None:
        """What is still in hand is given up; the client's own close would wait for it."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer._unregister_cleanup()  # noqa: SLF001 - at exit it would raise again
            producer._sender.force_close()  # noqa: SLF001
            producer._closed = True  # noqa: SLF001
