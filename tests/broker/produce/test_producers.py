"""What both producers promise behind their one Protocol."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from eventq.broker.produce.kafka_python import KafkaPythonProducer
from eventq.broker.produce.librdkafka import LibrdkafkaProducer
from eventq.core.identity import HEADER, header_values
from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.plan import Acks, Compression, SendPlan
from eventq.core.settings.settings import Connection
from eventq.loops.produce.produce import EventProducer

# toPositive(murmur2(key)) by org.apache.kafka.common.utils.Utils of Kafka 4.3.1
JAVA = {
    "": 275646681,
    "a": 584102524,
    "ab": 316155434,
    "abc": 479470107,
    "abcd": 823834100,
    "customer-0": 2000647675,
    "customer-1": 1939597761,
    "customer-42": 1604496153,
    "customer-999999": 213907883,
    "3d8f6b0b-f297-4385-b20a-2b084cfbd3b8": 1317816871,
    "Grüße": 1190824359,
    "日本": 1446672627,
}
PARTITIONS = 7
STAMP = 1_795_471_879_279
CLIENTS: dict[str, Callable[[SendPlan, Settlements | None], EventProducer]] = {
    "kafka-python": KafkaPythonProducer,
    "librdkafka": LibrdkafkaProducer,
}
Making = Callable[..., EventProducer]


@pytest.fixture(scope="module")
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield admin
    admin.close()


@pytest.fixture
def topic(admin: KafkaAdminClient) -> str:
    name = f"producers-{uuid.uuid4().hex[:12]}"
    admin.create_topics({name: {"num_partitions": PARTITIONS, "replication_factor": 1}})
    admin.wait_for_topics([name])
    return name


@pytest.fixture(params=list(CLIENTS))
def make(bootstrap: str, topic: str, request: pytest.FixtureRequest) -> Making:
    def making(
        acks: Acks = Acks.ALL,
        compression: Compression = Compression.NONE,
        settlements: Settlements | None = None,
    ) -> EventProducer:
        plan = SendPlan(
            connection=Connection(bootstrap),
            client=str(request.param),
            topic=topic,
            partition=None,
            acks=acks,
            compression=compression,
            linger_ms=None,
            batch_bytes=None,
        )
        producer = CLIENTS[str(request.param)](plan, settlements)
        producer.begin()
        return producer

    return making


@pytest.fixture(params=["dated", "undated"])
def stamp(request: pytest.FixtureRequest) -> int | None:
    """Of paced events, or None for those that the client dates itself."""
    return STAMP if request.param == "dated" else None


def batch(values: Sequence[bytes], stamp: int | None, keys: Sequence[bytes] | None = None) -> EventBatch:
    stamps = None if stamp is None else [stamp] * len(values)
    return EventBatch(range(len(values)), values, stamps, keys, time.monotonic())


def numbered(parts: Sequence[Sequence[bytes]], stamp: int | None) -> Iterator[EventBatch]:
    """Batches of events that are numbered on from one to the next."""
    first = 0
    for values in parts:
        yield replace(batch(values, stamp), first=first)
        first += len(values)


def send(producer: EventProducer, *batches: EventBatch) -> None:
    """All of them, and closes."""
    for whole in batches:
        at = 0
        while at < len(whole):
            at = producer.send(whole, at, len(whole))
            producer.poll(0.1)
    values = [value for whole in batches for value in whole.values]
    while producer.deliveries.settled < len(values):
        producer.poll(0.1)
    producer.close()


def read(bootstrap: str, topic: str) -> dict[int, list[tuple[bytes | None, bytes]]]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    parts = [TopicPartition(topic, p) for p in range(PARTITIONS)]
    consumer.assign(parts)
    ends = consumer.end_offsets(parts)
    found: dict[int, list[tuple[bytes | None, bytes]]] = {}
    while any(consumer.position(part) < end for part, end in ends.items()):
        for part, records in consumer.poll(timeout_ms=200).items():
            found.setdefault(part.partition, []).extend((r.key, r.value) for r in records)
    consumer.close()
    return found


def test_a_key_goes_where_java_puts_it(make: Making, bootstrap: str, topic: str, stamp: int | None) -> None:
    keys = [key.encode() for key in JAVA]
    send(make(), batch(keys, stamp, keys))
    placed = {key: p for p, records in read(bootstrap, topic).items() for key, _ in records}
    assert placed == {key.encode(): value % PARTITIONS for key, value in JAVA.items()}


@pytest.mark.parametrize("compression", list(Compression))
def test_bytes_arrive_as_they_were_whatever_the_compression(
    make: Making, bootstrap: str, topic: str, compression: Compression
) -> None:
    values = [bytes([n % 256]) * (n + 1) for n in range(300)]
    send(make(compression=compression), batch(values, STAMP))
    arrived = [value for records in read(bootstrap, topic).values() for _, value in records]
    assert sorted(arrived) == sorted(values)


def test_acknowledgements_tell_the_offsets_of_each_partition(
    make: Making, bootstrap: str, topic: str, stamp: int | None
) -> None:
    for _ in range(2):
        producer = make()
        send(producer, batch([b"x"] * 500, stamp))
        deliveries = producer.deliveries
        assert (deliveries.acked, deliveries.failed, deliveries.unknown) == (500, 0, 0)
        assert sum(acks.acked for acks in deliveries.partitions.values()) == 500
        for acks in deliveries.partitions.values():
            assert acks.last_offset - acks.first_offset + 1 == acks.acked
        assert deliveries.ack_ms.total == 500
    assert sum(map(len, read(bootstrap, topic).values())) == 1000


def test_a_value_that_is_too_large_fails_alone_and_with_its_reason(make: Making, stamp: int | None) -> None:
    producer = make()
    send(producer, batch([b"a", b"x" * 3_000_000, b"b"], stamp))
    assert (producer.deliveries.acked, producer.deliveries.failed) == (2, 1)
    assert producer.deliveries.errors == {"MESSAGE_TOO_LARGE": 1}


def test_each_event_is_settled_under_its_number_also_when_some_are_refused(
    make: Making, bootstrap: str, topic: str, stamp: int | None
) -> None:
    settlements, size = Settlements(), 60_000
    large = {17, 1000, size - 1}
    values = [b"x" * 3_000_000 if i in large else b"%d" % i for i in range(size)]
    send(make(settlements=settlements), *numbered([values, values[:5]], stamp))
    lines = {line.fate: line for line in settlements.take()}
    assert lines.keys() == {Fate.ACKED, Fate.FAILED}
    assert lines[Fate.FAILED].spans == [(i, i) for i in sorted(large)]
    assert lines[Fate.ACKED].spans == [(0, 16), (18, 999), (1001, size - 2), (size, size + 4)]
    written = {p: len(records) for p, records in read(bootstrap, topic).items()}
    assert {p: (0, n - 1, n) for p, n in written.items()} == lines[Fate.ACKED].offsets


def test_an_event_carries_its_identity_in_a_header(
    make: Making, bootstrap: str, topic: str, stamp: int | None
) -> None:
    identities = header_values("372d8a68", 0, 0, 3)
    whole = batch([b"a", b"b", b"c"], stamp)
    send(make(), replace(whole, headers=[[(HEADER, each)] for each in identities]))
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, p) for p in range(PARTITIONS)])
    found: dict[bytes, list[tuple[str, bytes]]] = {}
    while len(found) < len(identities):
        for records in consumer.poll(timeout_ms=200).values():
            found |= {record.value: record.headers for record in records}
    consumer.close()
    assert found == {
        b"a": [(HEADER, identities[0])],
        b"b": [(HEADER, identities[1])],
        b"c": [(HEADER, identities[2])],
    }


def test_what_finds_no_room_goes_out_later_once(make: Making, stamp: int | None) -> None:
    producer = make()
    send(producer, *(batch([b"x"] * 60_000, stamp) for _ in range(2)))
    deliveries = producer.deliveries
    assert (deliveries.acked, deliveries.failed, deliveries.unknown) == (120_000, 0, 0)
    spans = (acks.last_offset - acks.first_offset + 1 for acks in deliveries.partitions.values())
    assert sum(spans) == 120_000


@pytest.mark.parametrize("acks", [Acks.LEADER, Acks.NONE])
def test_fewer_acks_count_each_event_as_well(make: Making, acks: Acks, stamp: int | None) -> None:
    producer = make(acks=acks)
    send(producer, *(batch([b"x"] * 1000, stamp) for _ in range(20)))
    deliveries = producer.deliveries
    assert (deliveries.acked, deliveries.failed, deliveries.unknown) == (20_000, 0, 0)


def test_what_is_in_flight_is_bounded_by_count_and_by_bytes(make: Making, stamp: int | None) -> None:
    """Nothing is taken from a producer that nobody polls, so what it takes is what it holds."""
    for value, most in ((b"x", 100_000), (b"x" * 100_000, 700)):
        producer, taken = make(), 0
        while (at := producer.send(batch([value] * 1000, stamp), 0, 1000)) == 1000 and taken <= most:
            taken += at
        assert 0 < taken + at <= most
        producer.close()
        assert producer.deliveries.settled == taken + at
