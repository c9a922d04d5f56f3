"""Groups that hand over only what changes: no event is processed twice, whoever comes and goes."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.consume_world import CLIENTS, World, eventually

COOPERATIVE = "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
GROUPS = [
    *((client, COOPERATIVE) for client in CLIENTS),
    ("librdkafka", "group.protocol=consumer"),
]


@pytest.fixture
def worlds(bootstrap: str) -> Iterator[list[World]]:
    """One over each client of `GROUPS`: they wait at the same time."""
    worlds = [World(bootstrap, client) for client, _ in GROUPS]
    yield worlds
    for world in worlds:
        world.close()


def test_members_that_come_and_go_make_no_event_be_processed_twice(worlds: list[World]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(come_and_go, worlds, [how for _, how in GROUPS]))


def come_and_go(world: World, how: str) -> None:
    world.create(6)
    world.flood(6000)
    options = ["-X", how, "--from-beginning", "--work", "2ms", "-o", "json", "--commit-interval", "1s"]
    staying = world.start(*options, "--count", "2")
    eventually(world.busy, "a first commit")
    guest = world.start(*options, "--count", "1")
    eventually(lambda: len(world.shares()) == 3 and all(world.shares()), "it has partitions too")
    before = sum(world.committed().values())
    world.flood(3000)
    eventually(lambda: sum(world.committed().values()) > before + 1500, "all of them work")
    guest.send_signal(signal.SIGTERM)
    left = world.finish(guest)
    eventually(lambda: sum(world.committed().values()) == 9000, "all is processed")
    staying.send_signal(signal.SIGTERM)
    stayed = world.finish(staying)
    assert (left.code, stayed.code) == (143, 143), left.err + stayed.err
    assert left.report["processed"] > 0
    assert left.report["processed"] + stayed.report["processed"] == 9000
