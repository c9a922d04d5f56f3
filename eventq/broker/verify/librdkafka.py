"""Reads partitions over librdkafka, without a group.

Where retention deletes what is to be read next, it goes on at the log's start: an audit asks once more where
logs begin when it has read them.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from typing_extensions import Self

from eventq.broker.librdkafka import failure, librdkafka_config, made
from eventq.broker.librdkafka_codes import passes
from eventq.core.errors import EventqError
from eventq.core.kafka import Isolation
from eventq.core.settings.settings import Connection, Role
from eventq.core.verify.records import Headers, LogSlice

_MOST = 10_000


class LibrdkafkaTopicReader:
    """Serves TopicReader of loops/verify/topic_log.py; use it as a context manager."""

    def __init__(self, connection: Connection, topic: str, isolation: Isolation) -> None:
        self._topic = topic
        self._consumer: Consumer = made(Consumer, _config(connection, isolation))
        self._reading: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def begin(self, offsets: Mapping[int, int]) -> None:
        self._reading = set(offsets)
        self._consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in offsets.items()])

    def poll(self, seconds: float) -> list[LogSlice]:
        """What is there; else waits for a single record, because consume(n) would wait for n."""
        messages = self._consumer.consume(_MOST, 0)
        if not messages:
            message = self._consumer.poll(seconds)
            messages = [] if message is None else [message]
        if any(map(Message.error, messages)):
            messages = [message for message in messages if self._is_record(message)]
        runs: dict[int, list[Message]] = {}
        for partition, run in groupby(messages, Message.partition):
            runs.setdefault(partition, []).extend(run)
        return [_slice(partition, run) for partition, run in runs.items()]

    def _is_record(self, message: Message) -> bool:
        """Errors that pass by themselves are waited out."""
        error: KafkaError | None = message.error()
        if error is not None and not passes(error):
            raise EventqError(f"reading {self._topic} failed: {failure(error)}")
        return error is None

    def positions(self) -> Mapping[int, int]:
        asked = [TopicPartition(self._topic, partition) for partition in self._reading]
        return {at.partition: at.offset for at in self._consumer.position(asked) if at.offset >= 0}

    def leave(self, partition: int) -> None:
        self._reading.discard(partition)
        try:
            self._consumer.pause([TopicPartition(self._topic, partition)])
        except KafkaException as error:
            raise EventqError(f"reading {self._topic} failed: {failure(error)}") from error


def _config(connection: Connection, isolation: Isolation) -> dict[str, Any]:
    return {
        "fetch.queue.backoff.ms": 10,  # the default, 1 s, leaves a reader that empties the queue waiting
        "queued.max.messages.kbytes": 16_384,  # with the default, 64 MB, a process takes twice of that
        "log_level": 0,
        **librdkafka_config(connection, Role.CONSUMER),
        "group.id": "eventq-audit",  # the library wants one, and joins none without a subscription
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "allow.auto.create.topics": False,
        "isolation.level": isolation.value.replace("-", "_"),
    }


def _slice(partition: int, messages: list[Message]) -> LogSlice:
    return LogSlice(
        partition,
        list(map(Message.offset, messages)),
        list(map(Message.value, messages)),
        _headers(messages),
    )


def _headers(messages: list[Message]) -> Callable[[], Sequence[Headers]]:
    return lambda: [message.headers() or () for message in messages]
