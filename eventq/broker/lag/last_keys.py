"""The keys of a partition's last records, read without a group."""

import time
from collections import Counter

from kafka import KafkaConsumer
from kafka import TopicPartition as Place
from kafka.errors import KafkaError

from eventq.broker.connection import kafka_python_config, made, silence_log
from eventq.broker.errors import error_text
from eventq.core.errors import EventqError
from eventq.core.kafka import Isolation, TopicPartition
from eventq.core.lag.advice import KeyShare
from eventq.core.settings.settings import Connection, Role

_MOST = 5
_POLL_MS = 500
_CLOSE_MS = 5000


class KafkaLastKeys:
    """Serves LastKeys of loops/lag/advise.py; a connection is made for each question."""

    def __init__(self, connection: Connection, isolation: Isolation) -> None:
        self._connection, self._isolation = connection, isolation

    def top(self, key: TopicPartition, start: int, end: int) -> tuple[KeyShare, ...]:
        silence_log()
        consumer: KafkaConsumer = made(self._connection, KafkaConsumer, self._config())
        try:
            found = self._read(consumer, Place(*key), start, end)
        except KafkaError as error:
            raise EventqError(f"{key.topic}:{key.partition} can't be read: {error_text(error)}") from error
        finally:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
        total = found.total()
        return tuple(KeyShare(one, count / total) for one, count in found.most_common(_MOST))

    def _read(self, consumer: KafkaConsumer, place: Place, start: int, end: int) -> Counter[bytes | None]:
        consumer.assign([place])
        consumer.seek(place, start)
        found: Counter[bytes | None] = Counter()
        until = time.monotonic() + self._connection.connect_timeout
        while time.monotonic() < until and consumer.position(place) < end:
            for record in consumer.poll(timeout_ms=_POLL_MS).get(place, ()):
                if record.offset < end:
                    found[record.key] += 1
        return found

    def _config(self) -> dict[str, object]:
        return {
            **kafka_python_config(self._connection, Role.CONSUMER),
            "group_id": None,
            "auto_offset_reset": "latest",
            "enable_auto_commit": False,
            "allow_auto_create_topics": False,
            "isolation_level": self._isolation.value.replace("-", "_"),
        }
