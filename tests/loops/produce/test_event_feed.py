"""Lines of --events as a feed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eventq.core.errors import EventqError
from eventq.core.produce.event_batch import Taken
from eventq.loops.produce.event_feed import EventFeed

LINES = (
    b'{"partition":2,"timestamp":17,"key":"k","headers":[{"name":"h","value":"v"}],"value":{"a": 1}}',
    b'{"topic":"t","partition":0,"offset":8,"timestamp":null,"key":null,"headers":[],"value":null}',
)


@contextmanager
def feed(*lines: bytes, dated: bool = False) -> Iterator[EventFeed]:
    """A feed that has read these lines."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(line + b"\n" for line in lines))
    os.close(writing)
    found = EventFeed(reading, None, dated=dated)
    assert found.numbers(None, 100) == range(len(lines))
    yield found
    os.close(reading)


def test_an_event_is_sent_with_key_headers_and_bytes_and_a_tombstone_without_a_value() -> None:
    with feed(*LINES) as events:
        assert events.take([1, 1]) == Taken([b'{"a": 1}', None], [b"k", None], [[("h", b"v")], []])


def test_where_and_when_it_was_is_kept_where_that_is_asked_for() -> None:
    with feed(*LINES, dated=True) as events:
        events.keep_partitions(3)
        taken = events.take([1, 1])
    assert (taken.partitions, taken.stamps) == ([2, 0], [17, None])


def test_a_line_that_is_no_event_is_named_by_its_number() -> None:
    with feed(LINES[0], b"{}") as events, pytest.raises(EventqError, match=r"event 2 of --input.*no value"):
        events.take([1, 1])


@pytest.mark.parametrize(
    ("line", "said"), [(LINES[0], "partition 2, the topic has 2"), (b'{"value":1}', "no partition")]
)
def test_a_partition_that_the_topic_does_not_have_is_refused(line: bytes, said: str) -> None:
    with feed(line) as events:
        events.keep_partitions(2)
        with pytest.raises(EventqError, match=said):
            events.take([1])
