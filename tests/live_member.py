"""A live member of a group, in the test's own process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from kafka import KafkaConsumer

from eventq.broker.consume.kafka_python import _finish_joining


def live_member(bootstrap: str, topic: str, group: str, **settings: Any) -> KafkaConsumer:
    """It has its partitions, and commits nothing if `settings` don't say so; the caller closes it."""
    soon = 1000  # one that joins before it knows the topic's partitions owns none until its metadata are old
    usual = {"enable_auto_commit": False, "metadata_max_age_ms": soon}
    consumer = KafkaConsumer(topic, group_id=group, bootstrap_servers=bootstrap, **{**usual, **settings})
    while not consumer.assignment():
        poll(consumer)
    return consumer


def poll(consumer: KafkaConsumer) -> Any:
    """The client's own poll may forget a join that it left under way, and its member is none then."""
    _finish_joining(consumer)
    return consumer.poll(timeout_ms=100)


@contextmanager
def beside(run: Callable[[Event], None]) -> Iterator[None]:
    """`run` goes on in a thread of its own until the event is set, at the end."""
    ended = Event()
    thread = Thread(target=run, args=(ended,))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
