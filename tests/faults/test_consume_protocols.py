"""Groups that hand over only what changes: no event is processed twice, whoever comes and goes."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, eventually

COOPERATIVE = "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
GROUPS = [
    *((client, COOPERATIVE) for client in CLIENTS),
    ("librdkafka", "group.protocol=consumer"),
]


@pytest.fixture
def harnesses(bootstrap: str) -> Iterator[list[ConsumeHarness]]:
    """One over each client of `GROUPS`: they wait at the same time."""
    harnesses = [ConsumeHarness(bootstrap, client) for client, _ in GROUPS]
    yield harnesses
    for harness in harnesses:
        harness.close()


def test_members_that_come_and_go_make_no_event_be_processed_twice(harnesses: list[ConsumeHarness]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(come_and_go, harnesses, [how for _, how in GROUPS]))


def come_and_go(harness: ConsumeHarness, how: str) -> None:
    harness.create(6)
    harness.flood(6000)
    options = ["-X", how, "--from-beginning", "--work", "2ms", "-o", "json", "--commit-interval", "1s"]
    staying = harness.start(*options, "--count", "2")
    eventually(harness.busy, "a first commit")
    guest = harness.start(*options, "--count", "1")
    eventually(lambda: len(harness.shares()) == 3 and all(harness.shares()), "it has partitions too")
    before = sum(harness.committed().values())
    harness.flood(3000)
    eventually(lambda: sum(harness.committed().values()) > before + 1500, "all of them work")
    guest.send_signal(signal.SIGTERM)
    left = harness.finish(guest)
    eventually(lambda: sum(harness.committed().values()) == 9000, "all is processed")
    staying.send_signal(signal.SIGTERM)
    stayed = harness.finish(staying)
    assert (left.code, stayed.code) == (143, 143), left.err + stayed.err
    assert left.report["processed"] > 0
    assert left.report["processed"] + stayed.report["processed"] == 9000
