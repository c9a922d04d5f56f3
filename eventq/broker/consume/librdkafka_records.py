"""librdkafka's messages as the columns that a member works on, by one C loop a column."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from confluent_kafka import Message

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header

_stamp: Callable[[tuple[int, int]], int] = itemgetter(1)


def slice_of(partition: int, messages: list[Message]) -> RecordSlice:
    return RecordSlice(
        partition,
        list(map(Message.value, messages)),
        list(map(_stamp, map(Message.timestamp, messages))),
        lambda i: messages[i].offset(),
        _extras(messages),
    )


def _extras(messages: list[Message]) -> Callable[[int], tuple[bytes | None, Sequence[Header]]]:
    return lambda i: (messages[i].key(), messages[i].headers() or ())
