"""`eventq lag wait` while its broker is killed, comes back, or does not answer."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.consume_world import CLIENTS
from tests.lag_world import LagWorld, finish
from tests.private_kafka import PrivateKafka


@pytest.fixture
def world(restartable: PrivateKafka) -> Iterator[LagWorld]:
    with LagWorld(restartable.bootstrap) as world:
        world.commit(100, 60)
        yield world


def told(process: "subprocess.Popen[str]", text: str) -> None:
    assert any(text in line for line in process.stderr or ())


def test_a_broker_that_is_away_in_between_is_waited_for_and_the_wait_then_ends(
    restartable: PrivateKafka, world: LagWorld
) -> None:
    waiting = world.start("wait", "-v", "-g", world.group, "--timeout", "120s", "--stall", "60s")
    told(waiting, "lag 40 in 1 of 2 partitions")
    world.disconnect()
    restartable.kill()
    told(waiting, "keeps trying")
    restartable.up()
    told(waiting, "lag 40 in 1 of 2 partitions")
    world.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_broker_that_hangs_does_not_outlast_the_timeout(restartable: PrivateKafka, world: LagWorld) -> None:
    options = ("wait", "-v", "-g", world.group, "--timeout", "4s", "--client")
    both = [world.start(*options, client) for client in CLIENTS]
    for waiting in both:
        told(waiting, "lag 40 in 1 of 2 partitions")
    world.disconnect()
    restartable.pause()
    for done in map(finish, both):
        assert (done.code, f"{world.topic}:1  lag 40" in done.err) == (124, True)
