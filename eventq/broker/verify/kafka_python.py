"""Reads partitions over kafka-python, without a group; as librdkafka.py does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from typing_extensions import Self

from eventq.broker.connection import kafka_python_config, made, silence_log
from eventq.broker.errors import error_text
from eventq.broker.passing import PASSING_CODES
from eventq.core.errors import EventqError
from eventq.core.kafka import Isolation
from eventq.core.settings.settings import Connection, Role
from eventq.core.verify.records import Headers, LogSlice

_MOST = 10_000
_CLOSE_MS = 5000


class KafkaPythonTopicReader:
    """Serves TopicReader of loops/verify/topic_log.py; use it as a context manager."""

    def __init__(self, connection: Connection, topic: str, isolation: Isolation) -> None:
        silence_log()
        self._topic = topic
        self._consumer: KafkaConsumer = made(connection, KafkaConsumer, _config(connection, isolation))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)

    def begin(self, offsets: Mapping[int, int]) -> None:
        self._consumer.assign([TopicPartition(self._topic, partition) for partition in offsets])
        for partition, offset in offsets.items():
            self._consumer.seek(TopicPartition(self._topic, partition), offset)

    def poll(self, seconds: float) -> list[LogSlice]:
        try:
            found = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=_MOST)
        except KafkaError as error:
            if not (error.retriable or getattr(error, "errno", None) in PASSING_CODES):
                raise EventqError(f"reading {self._topic} failed: {error_text(error)}") from error
            return []
        return [_slice(at, records) for at, records in found.items() if records]

    def positions(self) -> Mapping[int, int]:
        # position() may ask the broker; what the client keeps is enough
        held = self._consumer._subscription.all_consumed_offsets()  # noqa: SLF001
        return {at.partition: kept.offset for at, kept in held.items()}

    def leave(self, partition: int) -> None:
        self._consumer.pause(TopicPartition(self._topic, partition))


def _config(connection: Connection, isolation: Isolation) -> dict[str, Any]:
    return {
        **kafka_python_config(connection, Role.CONSUMER),
        "group_id": None,
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "allow_auto_create_topics": False,
        "isolation_level": isolation.value.replace("-", "_"),
    }


def _slice(at: TopicPartition, records: list[Any]) -> LogSlice:
    return LogSlice(
        at.partition,
        [record.offset for record in records],
        [record.value for record in records],
        _headers(records),
    )


def _headers(records: list[Any]) -> Callable[[], Sequence[Headers]]:
    return lambda: [record.headers for record in records]
