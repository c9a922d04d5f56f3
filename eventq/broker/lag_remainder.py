"""Whether what a group has still to read holds a record at all, or only transaction markers and gaps."""

import time
from collections.abc import Collection
from typing import Any

from kafka import KafkaConsumer
from kafka import TopicPartition as Key
from kafka.errors import KafkaError

from eventq.broker.connection import kafka_python_config
from eventq.broker.unreachable import unreachable
from eventq.core.lag_reads import Isolation
from eventq.core.lag_wait import Range
from eventq.core.settings import Connection, Role

_POLL_MS = 100
_PARTITION_BYTES = 4096


class Remainders:
    """Reads at the start of each range, without a group; its consumer is made at the first question."""

    def __init__(self, connection: Connection, isolation: Isolation) -> None:
        self._connection = connection
        self._isolation = isolation.value.replace("-", "_")
        self._consumer: Any = None

    def empty(self, ranges: Collection[Range]) -> frozenset[Range]:
        """Those without a readable record; a range that could not be read in time is not among them."""
        try:
            return self._empty({Key(rest.topic, rest.partition): rest for rest in ranges})
        except KafkaError as error:
            raise unreachable(self._connection, str(error) or type(error).__name__) from error

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close(autocommit=False)

    def _empty(self, ranges: dict[Key, Range]) -> frozenset[Range]:
        consumer, found = self._at_starts(ranges), set()
        until = time.monotonic() + self._connection.connect_timeout
        while ranges and time.monotonic() < until:
            read = consumer.poll(timeout_ms=_POLL_MS)
            for key, rest in list(ranges.items()):
                records = read.get(key, ())
                if records and records[0].offset < rest.end:
                    del ranges[key]
                elif consumer.position(key) >= rest.end:
                    found.add(ranges.pop(key))
            consumer.pause(*(key for key in consumer.assignment() if key not in ranges))
        return frozenset(found)

    def _at_starts(self, ranges: dict[Key, Range]) -> Any:
        if self._consumer is None:
            self._consumer = KafkaConsumer(
                **kafka_python_config(self._connection, Role.CONSUMER),
                group_id=None,
                isolation_level=self._isolation,
                max_partition_fetch_bytes=_PARTITION_BYTES,
                auto_offset_reset="none",
            )
        self._consumer.assign(list(ranges))
        for key, rest in ranges.items():
            self._consumer.seek(key, rest.start)
        return self._consumer
