"""`eventq lag wait` while its broker is killed, comes back, or does not answer."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.consume_harness import CLIENTS
from tests.lag_harness import LagHarness, finish
from tests.private_kafka import PrivateKafka


@pytest.fixture
def harness(restartable: PrivateKafka) -> Iterator[LagHarness]:
    with LagHarness(restartable.bootstrap) as harness:
        harness.commit(100, 60)
        yield harness


def told(process: "subprocess.Popen[str]", text: str) -> None:
    assert any(text in line for line in process.stderr or ())


def test_a_broker_that_is_away_in_between_is_waited_for_and_the_wait_then_ends(
    restartable: PrivateKafka, harness: LagHarness
) -> None:
    waiting = harness.start("wait", "-v", "-g", harness.group, "--timeout", "120s", "--stall", "60s")
    told(waiting, "lag 40 in 1 of 2 partitions")
    harness.disconnect()
    restartable.kill()
    told(waiting, "keeps trying")
    restartable.up()
    told(waiting, "lag 40 in 1 of 2 partitions")
    harness.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_broker_that_hangs_does_not_outlast_the_timeout(
    restartable: PrivateKafka, harness: LagHarness
) -> None:
    options = ("wait", "-v", "-g", harness.group, "--timeout", "4s", "--client")
    both = [harness.start(*options, client) for client in CLIENTS]
    for waiting in both:
        told(waiting, "lag 40 in 1 of 2 partitions")
    harness.disconnect()
    restartable.pause()
    for done in map(finish, both):
        assert (done.code, f"{harness.topic}:1  lag 40" in done.err) == (124, True)
