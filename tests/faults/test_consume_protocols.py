"""Groups that hand over only what changes: no event is processed twice, whoever comes and goes."""

import signal

import pytest

from tests.consume_world import CLIENTS, World, eventually

COOPERATIVE = "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
GROUPS = [
    *((client, COOPERATIVE) for client in CLIENTS),
    ("librdkafka", "group.protocol=consumer"),
]


@pytest.mark.parametrize(("world", "how"), GROUPS, indirect=["world"])
def test_members_that_come_and_go_make_no_event_be_processed_twice(world: World, how: str) -> None:
    world.create(6)
    world.flood(6000)
    options = ["-X", how, "--from-beginning", "--work", "1ms", "-o", "json", "--commit-interval", "300ms"]
    staying = world.start(*options, "--until-end", "--count", "2")
    eventually(world.busy, "a first commit")
    guest = world.start(*options, "--count", "1")
    eventually(lambda: world.members() == 3, "it is a member too")
    before = sum(world.committed().values())
    eventually(lambda: sum(world.committed().values()) > before + 500, "all of them work")
    guest.send_signal(signal.SIGTERM)
    left, stayed = world.finish(guest), world.finish(staying)
    assert left.code == 143, left.err
    assert stayed.code == 0, stayed.err
    assert sum(world.committed().values()) == 6000
    assert left.report["processed"] + stayed.report["processed"] == 6000
