"""A topic is copied through a pipe, and nothing is altered."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from tests.consume_harness import CLIENTS
from tests.produce_harness import ProduceHarness

RECORDS: list[dict[str, Any]] = [
    {"value": b'{"productId":"x", "price": 1.50}', "key": b"k", "headers": [("h", b"v"), ("h", b"")]},
    {"value": b"\x00\xff\n", "key": b"\xfe", "headers": [("eventq", b"372d8a68.0.1")]},
    {"value": b'{\n "pretty": true\n}', "key": None, "headers": []},
    {"value": b"null", "key": b"", "headers": []},
    {"value": None, "key": b"tombstone", "headers": []},
    {"value": b"", "key": None, "headers": []},
    {"value": b"[" * 300 + b"]" * 300, "key": None, "headers": [('], "value":', b'],"value":1')]},
]  # fmt: skip

FOREVER = {"retention.ms": "-1"}
"""The records are years old."""


@pytest.fixture
def pair(bootstrap: str) -> Iterator[tuple[ProduceHarness, ProduceHarness]]:
    """A topic that has the records, and one to be made."""
    source, target = ProduceHarness(bootstrap), ProduceHarness(bootstrap)
    source.create(3, **FOREVER)
    producer = Producer({"bootstrap.servers": bootstrap})
    for n, record in enumerate(RECORDS * 20):
        producer.produce(source.topic, partition=n % 3, timestamp=1_700_000_000_000 + n, **record)
    producer.flush()
    yield source, target
    source.close()
    target.close()


def whole(record: Any) -> tuple[Any, ...]:
    return (record.partition, record.timestamp, record.key, record.value, record.headers)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_copy_has_the_same_bytes_at_the_same_places(
    pair: tuple[ProduceHarness, ProduceHarness], client: str
) -> None:
    source, target = pair
    target.create(3, **FOREVER)
    consume = [sys.executable, "-m", "eventq", "consume", "-b", source.bootstrap, "-t", source.topic]
    consume += ["-g", source.topic, "--from-beginning", "--until-end", "--events", "--format", "raw", "-q"]
    reading = subprocess.Popen([*consume, "--client", client], stdout=subprocess.PIPE)
    options = (
        "--client",
        client,
        "--input",
        "-",
        "--format",
        "events",
        "--keep-partition",
        "--keep-timestamp",
    )
    run = target.finish(target.start(*options, "-o", "json", stdin=reading.stdout))
    assert reading.stdout is not None
    reading.stdout.close()
    assert (reading.wait(), run.code, run.report["acked"]) == (0, 0, len(RECORDS) * 20)
    assert [whole(record) for record in target.records()] == [whole(record) for record in source.records()]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_line_that_is_no_event_ends_the_run_and_what_was_before_it_is_sent(
    pair: tuple[ProduceHarness, ProduceHarness], client: str
) -> None:
    _, target = pair
    lines = b'{"value":1}\n' * 5 + b"no event\n" + b'{"value":1}\n'
    run = target.run("--client", client, "--input", "-", "--format", "events", "--rate", "100", data=lines)
    assert run.code == 1
    assert "event 6 of --input can't be sent: it is not JSON" in run.err
    assert target.written() <= 5


def test_what_one_client_can_not_send_is_refused_by_it_and_sent_by_the_other(
    pair: tuple[ProduceHarness, ProduceHarness],
) -> None:
    _, target = pair
    lines = b'{"value":1,"headers":[{"name":"n","value":null}]}\n{"value":null}\n'
    refused = target.run("--client", "kafka-python", "--input", "-", "--format", "events", data=lines)
    assert refused.code == 1
    assert "failed: 2" in refused.out
    assert target.run("--client", "librdkafka", "--input", "-", "--format", "events", data=lines).code == 0
    assert [(r.value, r.headers) for r in target.records()] in (
        [(b"1", [("n", None)]), (None, [])],
        [(None, []), (b"1", [("n", None)])],
    )
