"""Real brokers, each started when a test asks for it. Where none is: skipped on a laptop, a failure in CI."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from kafka import KafkaAdminClient

from eventq.broker import sockets
from tests import run_folder
from tests.group_fixture import GroupFixture
from tests.private_kafka import PrivateKafka
from tests.private_postgres import PrivatePostgres

_TESTS = Path(__file__).parent
_LONGEST_FIRST = ("faults", "scripts", "docs", "terminal", "commands", "broker", "loops")
_QUICK_RETURN = ("-c", "broker.session.timeout.ms=3000", "-c", "broker.heartbeat.interval.ms=500")
"""A killed broker is taken for dead, and may register again, after 3 s instead of 9."""


def pytest_configure(config: pytest.Config) -> None:
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
    if not _is_worker(config):
        run_folder.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        run_folder.end()


def _is_worker(config: pytest.Config) -> bool:
    """Whether this is one of several processes that share the tests (pytest-xdist)."""
    return hasattr(config, "workerinput")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, one has all of a file, and all that restart the same brokers.

    What takes longest begins first.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_place(item)))
    items.sort(key=_rank)


def _place(item: pytest.Item) -> str:
    fixtures: list[str] = item.fixturenames  # type: ignore[attr-defined] # functions alone have fixtures
    own_brokers = [name for name in fixtures if name in {"_cluster", "_restartable"}]
    return own_brokers[0] if own_brokers else str(item.path.relative_to(_TESTS))


def _rank(item: pytest.Item) -> int:
    floor = item.path.relative_to(_TESTS).parts[0]
    return _LONGEST_FIRST.index(floor) if floor in _LONGEST_FIRST else len(_LONGEST_FIRST)


@pytest.fixture(scope="session")
def bootstrap() -> str:
    """The address of a broker that all tests share: names must be unique, nothing may stop it."""
    return os.environ.get("EVENTQ_TEST_BOOTSTRAP") or run_folder.once(
        "bootstrap", lambda: PrivateKafka().bootstrap
    )


@pytest.fixture(scope="session")
def auto_create_bootstrap() -> Iterator[str]:
    """A broker that creates each topic somebody asks about."""
    kafka = PrivateKafka("--small", "-c", "auto.create.topics.enable=true")
    yield kafka.bootstrap
    kafka.remove()


@pytest.fixture(scope="session")
def sasl_kafka() -> Iterator[PrivateKafka]:
    """A broker that wants a log-in: user `eventq`, password `eventq-secret`, PLAIN or SCRAM-SHA-256/512."""
    kafka = PrivateKafka("--small", "--sasl")
    yield kafka
    kafka.remove()


@pytest.fixture(scope="session")
def _restartable() -> Iterator[PrivateKafka]:
    kafka = PrivateKafka("--small", *_QUICK_RETURN)
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
    kafka = PrivateKafka("--small", *_QUICK_RETURN, "--nodes", "3")
    yield kafka
    kafka.remove()


@pytest.fixture
def cluster(_cluster: PrivateKafka) -> Iterator[PrivateKafka]:
    """Three nodes, internal topics on all three; each may be killed, all run when the test begins."""
    _cluster.up()
    yield _cluster
    for number in (1, 2, 3):
        _cluster.resume(number)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL that tests share: tables, or schemas, must have names of their own."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def group_fixture(bootstrap: str) -> Iterator[GroupFixture]:
    """A topic with records, and a group on it that has no commits yet."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield GroupFixture(bootstrap, admin)
    admin.close()
