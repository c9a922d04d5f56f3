"""The first readable record at or after an offset, on a real broker, by timestamps that the tests chose."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka import TopicPartition as Key

from eventq.broker.lag.first_record import FirstRecords
from eventq.core.kafka import Isolation
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.settings.settings import Connection
from tests.consume_harness import eventually

BASE = 1_700_000_000_000
"""The timestamp in ms of the record at offset 0; each next one is a second younger."""


class Log:
    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.topic = f"first-{uuid.uuid4().hex[:10]}"
        self.sent: dict[int, int] = {}

    def create(self, partitions: int = 1, **configs: str) -> None:
        named = {name.replace("_", "."): value for name, value in configs.items()}
        kept = {"retention.ms": "-1", **named}  # records of BASE are long due for deletion
        spec = {"num_partitions": partitions, "replication_factor": 1, "configs": kept}
        self.admin.create_topics({self.topic: spec})
        self.admin.wait_for_topics([self.topic])

    def producer(self, **settings: Any) -> KafkaProducer:
        return KafkaProducer(bootstrap_servers=self.bootstrap, **settings)

    def send(self, producer: KafkaProducer, count: int, partition: int = 0, size: int = 5) -> None:
        for _ in range(count):
            n = self.sent.get(partition, 0)
            producer.send(self.topic, b"v" * size, b"k", partition=partition, timestamp_ms=BASE + n * 1000)
            self.sent[partition] = n + 1
        producer.flush()

    def find(self, *spans: tuple[int, int, int], committed: bool = False) -> list[FirstRecord]:
        """Of (partition, start, end)."""
        level = Isolation.READ_COMMITTED if committed else Isolation.READ_UNCOMMITTED
        records = FirstRecords(Connection(bootstrap=self.bootstrap), level)
        ranges = [Range(self.topic, *span) for span in spans]
        found = records.find(ranges)
        records.close()
        assert len(found) == len(set(ranges))
        return [found[rest] for rest in ranges]


def dated(n: int) -> FirstRecord:
    return FirstRecord(BASE / 1000 + n)


@pytest.fixture
def log(bootstrap: str) -> Iterator[Log]:
    log = Log(bootstrap)
    yield log
    log.admin.close()


@pytest.mark.parametrize("codec", [None, "gzip", "zstd"])
def test_the_record_at_the_offset_inside_a_batch_also_a_compressed_one(log: Log, codec: str | None) -> None:
    log.create()
    producer = log.producer(linger_ms=100, compression_type=codec)
    log.send(producer, 50)
    producer.close()
    assert log.find((0, 0, 50), (0, 17, 50), (0, 49, 50)) == [dated(0), dated(17), dated(49)]


def test_many_partitions_at_once_with_batches_larger_than_their_share(log: Log) -> None:
    log.create(partitions=300)
    producer = log.producer(linger_ms=200)
    for partition in range(300):
        n = partition % 4
        producer.send(
            log.topic, b"v" * (60_000 if n == 3 else 10), partition=partition, timestamp_ms=BASE + n * 1000
        )
    producer.flush()
    producer.close()
    assert log.find(*((n, 0, 1) for n in range(300))) == [dated(n % 4) for n in range(300)]


def test_log_append_time_is_the_brokers(log: Log) -> None:
    log.create(message_timestamp_type="LogAppendTime")
    producer = log.producer()
    log.send(producer, 1)
    producer.close()
    assert (log.find((0, 0, 1))[0].timestamp or 0) > BASE / 1000 + 10**7


def test_markers_are_no_records_and_a_remainder_of_them_holds_none(log: Log) -> None:
    log.create()
    producer = log.producer(transactional_id=log.topic)
    producer.init_transactions()
    producer.begin_transaction()
    log.send(producer, 2)
    producer.commit_transaction()
    producer.begin_transaction()
    log.send(producer, 1)
    producer.commit_transaction()
    producer.close()
    for committed in (False, True):
        assert log.find((0, 1, 5), (0, 2, 5), (0, 4, 5), (0, 2, 3), committed=committed) == [
            dated(1), dated(2), FirstRecord(), FirstRecord(),
        ]  # fmt: skip


def test_aborted_records_are_records_to_those_who_read_uncommitted_only(log: Log) -> None:
    log.create()
    producer = log.producer(transactional_id=log.topic)
    producer.init_transactions()
    for n in range(3):
        producer.begin_transaction()
        log.send(producer, 5)
        if n < 2:
            producer.abort_transaction()
        else:
            producer.commit_transaction()
    producer.close()
    assert log.find((0, 3, 18)) == [dated(3)]
    assert log.find((0, 3, 18), (0, 3, 12), (0, 13, 18), committed=True) == [
        dated(10),
        FirstRecord(),
        dated(11),
    ]


def test_a_large_aborted_stretch_is_read_through(log: Log) -> None:
    log.create()
    producer = log.producer(transactional_id=log.topic, batch_size=8000)
    producer.init_transactions()
    producer.begin_transaction()
    log.send(producer, 300, size=2000)
    producer.abort_transaction()
    producer.begin_transaction()
    log.send(producer, 1)
    producer.commit_transaction()
    producer.close()
    assert log.find((0, 0, 303), committed=True) == [dated(300)]


def test_what_cannot_be_read_says_why_and_leaves_the_rest(log: Log) -> None:
    log.create(partitions=2)
    producer = log.producer()
    log.send(producer, 10)
    producer.close()
    log.admin.delete_records({Key(log.topic, 0): 5})
    gone, there, nowhere = log.find((0, 2, 10), (0, 6, 10), (7, 0, 1))
    assert there == dated(6)
    assert gone.error == "offset out of range"
    assert nowhere.error == "the partition has no leader"


def test_compacted_away_records_are_skipped(log: Log) -> None:
    log.create(
        cleanup_policy="compact",
        segment_ms="100",
        min_cleanable_dirty_ratio="0.01",
        max_compaction_lag_ms="100",
    )
    producer = log.producer()
    log.send(producer, 50)

    def compacted() -> bool:
        log.send(producer, 1)
        return log.find((0, 3, 50)) != [dated(3)]

    eventually(compacted, "the cleaner removes older records of the key")
    found = log.find((0, 3, log.sent[0]))[0]
    producer.close()
    assert found.timestamp is not None
    assert found.timestamp >= dated(49).timestamp  # type: ignore[operator]
    assert log.find((0, 3, 40)) == [FirstRecord()]


def test_what_does_not_exist_is_not_asked_for_again(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    log.create()
    slept: list[float] = []
    monkeypatch.setattr("eventq.broker.patience.time.sleep", slept.append)
    assert log.find((7, 0, 1)) == [FirstRecord(error="the partition has no leader")]
    assert slept == []
