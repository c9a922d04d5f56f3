"""Real brokers, each started when a test asks for it. Where none is: skipped on a laptop, a failure in CI."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings
from kafka import KafkaAdminClient

from eventq.broker import sockets
from tests.group_ward import Ward
from tests.private_kafka import PrivateKafka

_SMALL = ("--small", "--way", "java")
_QUICK_RETURN = ("-c", "broker.session.timeout.ms=3000", "-c", "broker.heartbeat.interval.ms=500")
"""A killed broker is taken for dead, and may register again, after 3 s instead of 9."""


def pytest_configure() -> None:
    """A terminated run ends as an interrupted one does: what it started is stopped.

    A job in the background begins with Ctrl-C ignored and would hand that on to all that it starts.
    Hypothesis fails no example for its time: that says how busy the machine is.
    The tests' own clients of kafka-python close their sockets as the product's do.
    """
    sockets.mend()
    settings.register_profile("eventq", deadline=None)
    settings.load_profile("eventq")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


@pytest.fixture(scope="session")
def bootstrap() -> Iterator[str]:
    """The address of a broker that all tests share: names must be unique, nothing may stop it."""
    given = os.environ.get("EVENTQ_TEST_BOOTSTRAP")
    if given:
        yield given
        return
    kafka = PrivateKafka()
    yield kafka.bootstrap
    kafka.remove()


@pytest.fixture(scope="session")
def auto_create_bootstrap() -> Iterator[str]:
    """A broker that creates each topic somebody asks about."""
    kafka = PrivateKafka(*_SMALL, "-c", "auto.create.topics.enable=true")
    yield kafka.bootstrap
    kafka.remove()


@pytest.fixture(scope="session")
def sasl_kafka() -> Iterator[PrivateKafka]:
    """A broker that wants a log-in: user `eventq`, password `eventq-secret`, PLAIN or SCRAM-SHA-256/512."""
    kafka = PrivateKafka(*_SMALL, "--sasl")
    yield kafka
    kafka.remove()


@pytest.fixture(scope="session")
def _restartable() -> Iterator[PrivateKafka]:
    kafka = PrivateKafka(*_SMALL, *_QUICK_RETURN)
    yield kafka
    kafka.remove()


@pytest.fixture
def restartable(_restartable: PrivateKafka) -> Iterator[PrivateKafka]:
    """A broker that this test may stop, kill, pause and start again; it runs when the test begins."""
    _restartable.up()
    yield _restartable
    _restartable.resume()


@pytest.fixture(scope="session")
def _cluster() -> Iterator[PrivateKafka]:
    kafka = PrivateKafka(*_SMALL, *_QUICK_RETURN, "--nodes", "3")
    yield kafka
    kafka.remove()


@pytest.fixture
def cluster(_cluster: PrivateKafka) -> Iterator[PrivateKafka]:
    """Three nodes, internal topics on all three; each may be killed, all run when the test begins."""
    _cluster.up()
    yield _cluster
    for number in (1, 2, 3):
        _cluster.resume(number)


@pytest.fixture
def ward(bootstrap: str) -> Iterator[Ward]:
    """A topic with records, and a group on it that has no commits yet."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield Ward(bootstrap, admin)
    admin.close()
