"""Ways to hand prebuilt values to confluent-kafka and to hear of them: what each costs, and nothing else.

bare_handing.py WAY BOOTSTRAP TOPIC COUNT LINGER_MS BATCH_BYTES     prints µs of CPU an event, of all threads
"""

import sys
import time
from collections.abc import Callable
from itertools import cycle
from queue import SimpleQueue
from typing import Any

from confluent_kafka import Producer

from benchmarks.bare_producer import values

_CALL = 1000
_ANY = -1
Report = Callable[[Any, Any], None] | None


class Counted:
    """By partition, with the last record of each: a run of acknowledgements of one partition at a time."""

    def __init__(self) -> None:
        self.partition, self.count, self.last = _ANY, 0, None

    def report(self, error: Any, message: Any) -> None:
        assert error is None, error
        if message.partition() == self.partition:
            self.count += 1
            self.last = message
        else:
            self.partition, self.count, self.last = message.partition(), 1, message


def dated(producer: Producer, topic: str, made: list[bytes], report: Report, partition: int) -> None:
    now = int(time.time() * 1000)
    for value in made:
        while True:
            try:
                producer.produce(topic, value, None, partition, report, timestamp=now)
                break
            except BufferError:
                producer.poll(0.05)


def one_by_one(producer: Producer, topic: str, made: list[bytes], report: Report, partition: int) -> None:
    for value in made:
        while True:
            try:
                producer.produce(topic, value, None, partition, report)
                break
            except BufferError:
                producer.poll(0.05)


def at_once(producer: Producer, topic: str, made: list[bytes], report: Report, partition: int) -> None:
    messages = [{"value": value} for value in made]
    while (taken := producer.produce_batch(topic, messages, partition, report)) < len(messages):
        messages = messages[taken:]
        producer.poll(0.05)


WAYS: dict[str, tuple[Callable[..., None], Callable[[], Report], bool]] = {
    "one call an event, with a timestamp": (dated, lambda: Counted().report, False),
    "one call an event": (one_by_one, lambda: Counted().report, False),
    "a thousand in a call": (at_once, lambda: Counted().report, False),
    "a thousand in a call, its partition chosen": (at_once, lambda: Counted().report, True),
    "a thousand in a call, counted in C": (at_once, lambda: SimpleQueue().put, False),
    "a thousand in a call, not heard of": (at_once, lambda: None, False),
}


def cost(way: str, bootstrap: str, topic: str, count: int, linger: int, batch: int) -> float:
    hand, hear, choosing = WAYS[way]
    own = {"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True}
    producer, report = Producer({**own, "linger.ms": linger, "batch.size": batch}), hear()
    partitions = cycle(producer.list_topics(topic).topics[topic].partitions if choosing else [_ANY])
    made = values()[:_CALL]
    began = time.process_time()
    calls = max(1, count // _CALL)
    for _ in range(calls):
        hand(producer, topic, made, report, next(partitions))
        producer.poll(0)
    producer.flush()
    return (time.process_time() - began) / (calls * _CALL) * 1e6


if __name__ == "__main__":
    kind, server, name, *numbers = sys.argv[1:]
    print(cost(kind, server, name, *map(int, numbers)))
