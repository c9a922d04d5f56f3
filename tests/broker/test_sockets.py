"""What a client leaves open when it can't connect. The garbage collector, which would close it, is off."""

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from eventq.broker.connection import made
from eventq.broker.lag.librdkafka_process import IsolatedLagReader
from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection
from tests.descriptors import descriptors, left

TRIES = 10
Client = Callable[..., KafkaNetClient]


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def client() -> Iterator[Client]:
    """Makes what all of kafka-python's clients connect by, without a thread."""
    begun: list[KafkaNetClient] = []

    def make(bootstrap: str, **settings: Any) -> KafkaNetClient:
        quick = {"reconnect_backoff_ms": 1, "reconnect_backoff_max_ms": 1}
        begun.append(KafkaNetClient(bootstrap_servers=bootstrap, **quick, **settings))
        return begun[-1]

    yield make
    for each in begun:
        each.close()


@pytest.fixture
def refusing() -> Iterator[str]:
    """An address where nothing listens."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield _address(bound)


@pytest.fixture
def silent() -> Iterator[str]:
    """A listener that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=TRIES)) as server:
        yield _address(server)


@pytest.fixture
def full() -> Iterator[str]:
    """A listener that has as many connections waiting as it takes: one more is not answered."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=0)))
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        yield _address(server)


@contextmanager
def plain() -> Iterator[str]:
    """A listener that hangs up at the first words, whatever they are."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                with closing(server.accept()[0]) as peer:
                    peer.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    yield _address(server)
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def _address(server: socket.socket) -> str:
    return "{}:{}".format(*server.getsockname())


def leaves(client: KafkaNetClient, timeout_ms: int = 30) -> int:
    """How many descriptors a client gains that fails to connect, time after time.

    A listener of the tests may close its end a moment later; what the client leaves open stays open.
    """
    before = descriptors()
    for _ in range(TRIES):
        with pytest.raises(KafkaError):
            client._manager.bootstrap(timeout_ms)
    deadline = time.monotonic() + 5
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    return descriptors() - before


def test_a_refused_connect_leaves_no_socket_open(client: Client, refusing: str) -> None:
    assert leaves(client(refusing)) == 0


def test_a_connect_that_is_not_answered_leaves_no_socket_open(client: Client, full: str) -> None:
    assert leaves(client(full)) == 0


def test_a_broker_that_never_answers_leaves_no_socket_open(client: Client, silent: str) -> None:
    assert leaves(client(silent)) == 0


def test_a_tls_handshake_that_is_not_answered_ends_in_time_and_leaves_no_socket_open(
    client: Client, silent: str
) -> None:
    assert leaves(client(silent, security_protocol="SSL")) == 0


def test_a_tls_handshake_that_fails_leaves_no_socket_open(client: Client) -> None:
    with plain() as address:
        assert leaves(client(address, security_protocol="SSL")) == 0


def test_tls_settings_that_can_not_be_used_leave_no_socket_open(
    client: Client, silent: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    assert leaves(client(silent, security_protocol="SSL", ssl_cafile=str(tmp_path / "ca.pem"))) == 0


def test_a_login_that_is_cut_off_leaves_no_socket_open(client: Client) -> None:
    with plain() as address:
        sasl = {"sasl_mechanism": "PLAIN", "sasl_plain_username": "u", "sasl_plain_password": "p"}
        assert leaves(client(address, security_protocol="SASL_PLAINTEXT", **sasl)) == 0


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
@pytest.mark.parametrize("listener", ["full", "silent"])
def test_a_client_that_is_closed_while_it_connects_leaves_nothing_open(
    request: pytest.FixtureRequest, client: Client, listener: str, protocol: str
) -> None:
    address = request.getfixturevalue(listener)
    before = descriptors()
    connecting = client(address, security_protocol=protocol)
    connecting._manager.bootstrap_async(timeout_ms=60_000)
    idle = descriptors()
    for _ in range(5):
        connecting.poll(timeout_ms=5)
    assert descriptors() == idle + 1
    connecting.close()
    assert descriptors() == before


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_bootstrap_nodes_that_hang_are_all_passed_by(
    bootstrap: str, silent: str, full: str, refusing: str, kind: type
) -> None:
    servers = f"{silent},{full},{refusing},{bootstrap}"
    config = {"bootstrap_servers": servers.split(","), "bootstrap_timeout_ms": 60_000}
    for _ in range(3):  # the order is drawn by lot
        made(Connection(servers), kind, config).close()


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer, KafkaProducer])
def test_a_client_that_reaches_no_broker_leaves_neither_descriptors_nor_threads(
    kind: type, refusing: str
) -> None:
    before = descriptors(), threading.active_count()
    with pytest.raises(EventqError, match="no broker answered"):
        made(Connection(refusing), kind, {"bootstrap_servers": refusing, "bootstrap_timeout_ms": 50})
    assert (descriptors(), threading.active_count()) == before


@pytest.mark.parametrize("free", [0, 1, 2])
def test_a_client_that_finds_no_free_descriptor_says_so_and_leaves_none_open(
    free: int, refusing: str
) -> None:
    before = descriptors()
    with left(free), pytest.raises(EventqError, match="Too many open files"):
        made(Connection(refusing), KafkaAdminClient, {"bootstrap_servers": refusing})
    assert descriptors() == before


@pytest.mark.parametrize("free", [0, 2])
def test_a_process_for_librdkafka_that_finds_no_free_descriptor_says_so_and_leaves_none_open(
    free: int, refusing: str
) -> None:
    before = descriptors()
    with left(free), pytest.raises(EventqError, match="Too many open files"):
        IsolatedLagReader(Connection(refusing))
    assert descriptors() == before
