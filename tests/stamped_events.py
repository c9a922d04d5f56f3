"""Stamped events on a real broker, and the ledger of their producer."""

import json
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from eventq.core.ledger.lines import EndLine, Fate, Line, OfferLine, RunLine, SettledLine, encoded
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyKind, KeyRule
from tests.in_process import Done, eventq
from tests.produce_harness import ProduceHarness
from tests.verify_world import RUN

COUNT = 3000
PARTITIONS = 3


def stamped(run: str, count: int) -> list[bytes]:
    feed = GeneratedFeed(7, KeyRule(KeyKind.NONE), Share(), count, run)
    values: list[bytes] = []
    while numbers := feed.numbers(None, 1000):
        values += filter(None, feed.take([1_800_000_000_000] * len(numbers))[0])
    return values


class Produced:
    """Stamped events, round robin over the partitions, whose ledger says that all were acknowledged."""

    def __init__(self, harness: ProduceHarness, folder: Path) -> None:
        self.harness, self.ledger = harness, folder / "run.ledger"
        self.values = stamped(RUN, COUNT)
        self.at: dict[int, tuple[int, int]] = {}
        harness.create(PARTITIONS)

    def send(self, records: list[tuple[int | None, bytes | None, int]], **settings: Any) -> None:
        """Sequence number (None: not in the ledger), value, partition."""
        producer = KafkaProducer(bootstrap_servers=self.harness.bootstrap, **settings)
        sent = [
            (k, producer.send(self.harness.topic, value, key=b"k", partition=partition, headers=_header(k)))
            for k, value, partition in records
        ]
        for k, future in sent:
            told = future.get(timeout=60)
            if k is not None:
                self.at[k] = told.partition, told.offset
        producer.close()

    def write(self, stamp: str = "id") -> None:
        """One line a hundred events, as a producer that sums up writes it."""
        topic_id = self.harness.admin.describe_topics([self.harness.topic])[0]["topic_id"]
        line = RunLine(RUN, 0, 1, self.harness.topic, str(topic_id), None, "all", True, stamp, 7, "")
        lines: list[Line] = [line, OfferLine(COUNT)]
        for first in range(0, COUNT, 100):
            offsets: dict[int, tuple[int, int, int]] = {}
            for k in range(first, first + 100):
                partition, offset = self.at.get(k, (k % PARTITIONS, -1))
                if offset >= 0:
                    low, high, number = offsets.get(partition, (offset, offset, 0))
                    offsets[partition] = min(low, offset), max(high, offset), number + 1
            lines.append(SettledLine(Fate.ACKED, [(first, first + 99)], None, offsets))
        lines.append(EndLine(COUNT, COUNT, 0, 0, 0, 0, complete=True))
        self.ledger.write_bytes(b"".join(map(encoded, lines)))

    def audit(self, *options: str, client: str) -> Done:
        over = ("-b", self.harness.bootstrap, "--client", client, "-t", self.harness.topic)
        return eventq("audit", "--ledger", str(self.ledger), *over, "-o", "json", *options)

    def commit(self, group: str, offsets: dict[int, int]) -> None:
        consumer = KafkaConsumer(bootstrap_servers=self.harness.bootstrap, group_id=group)
        consumer.commit(
            {
                TopicPartition(self.harness.topic, p): OffsetAndMetadata(offset, "", -1)
                for p, offset in offsets.items()
            }
        )
        consumer.close()


def _header(k: int | None) -> list[tuple[str, bytes]]:
    return [("trace", b"x")] if k is None else [("trace", b"x"), ("eventq", b"%b.0.%d" % (RUN.encode(), k))]


def found(done: Done) -> dict[str, int]:
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    names = [key for key in document["runs"][0] if key in document] + ["foreign", "unstamped"]
    counted = {name: document[name] for name in names if isinstance(document[name], int)}
    return {
        name: count
        for name, count in counted.items()
        if count and name not in {"acked", "processed", "workers", "idempotent", "complete"}
    }
