"""The one door to kafka-python: every client of it is made here, with the same settings and errors."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from selectors import DefaultSelector
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaConfigurationError, KafkaError
from kafka.net.compat import KafkaNetClient

from eventq.broker import any_node, bootstrap, sockets, tls
from eventq.broker.errors import error_text
from eventq.broker.failure import Failure
from eventq.broker.unreachable import unreachable
from eventq.core.errors import EventqError, UsageError
from eventq.core.settings import properties
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Connection, Role

sockets.mend()
bootstrap.mend()
any_node.mend()

_ASSIGNORS = {
    kind.name: kind
    for kind in (RangePartitionAssignor, RoundRobinPartitionAssignor, CooperativeStickyAssignor)
}

_ORDERS = (
    Order("fetch_max_wait_ms", 500, "request_timeout_ms", 30_000, 1),
    Order("request_timeout_ms", 30_000, "connections_max_idle_ms", 540_000, 1),
    Order("reconnect_backoff_ms", 50, "reconnect_backoff_max_ms", 1000),
)
"""What the library wants, with its own defaults; the first is of consumers."""


def kafka_python_config(connection: Connection, role: Role = Role.ADMIN) -> dict[str, Any]:
    """The settings for a kafka-python client of this kind: ours, then what the user's properties say."""
    said = properties.kafka_python(connection.properties, role)
    strategy = "partition_assignment_strategy"
    if strategy in said:
        said[strategy] = [_ASSIGNORS[name] for name in said[strategy]]
    config = {
        "bootstrap_servers": connection.bootstrap.split(","),
        "client_id": "eventq",
        "bootstrap_timeout_ms": int(connection.connect_timeout * 1000),
        "reconnect_backoff_max_ms": 1000,  # a broker that comes back is seen within a second
        **said,
    }
    if tls.is_asked_for(connection.properties):
        config["ssl_context"] = tls.context(connection.properties)
    return in_order(config, _ORDERS if role is Role.CONSUMER else _ORDERS[1:])


def admin(connection: Connection) -> KafkaAdminClient:
    """An admin client that has reached a broker; EventqError within `connect_timeout` if there is none."""
    return made(connection, KafkaAdminClient, kafka_python_config(connection))


def made(connection: Connection, kind: type, config: dict[str, Any]) -> Any:
    """A client that has reached a broker; EventqError if there is none, UsageError for bad settings."""
    with _net_client() as net_client:
        try:
            return kind(**config, kafka_client=net_client)
        except (KafkaConfigurationError, ValueError, AssertionError) as error:
            reason = str(error).removeprefix("KafkaConfigurationError: ")
            raise UsageError(f"kafka-python refuses these settings: {reason}") from error
        except bootstrap.Unreached as error:
            raise unreachable(connection, error.failure) from error
        except KafkaError as error:
            raise unreachable(connection, Failure(error_text(error))) from error
        except OSError as error:
            raise EventqError(f"no client can be started: {error.strerror}") from error


@contextmanager
def _net_client() -> Iterator[Callable[..., KafkaNetClient]]:
    """What kafka-python's clients connect by; closed where none can be made, which they leave undone."""
    with ExitStack() as unless_made:

        def begin(**config: Any) -> KafkaNetClient:
            selector = DefaultSelector()
            unless_made.callback(selector.close)
            client = KafkaNetClient(**{**config, "selector": lambda: selector})
            unless_made.callback(client.close)
            return client

        yield begin
        unless_made.pop_all()


def abandon(producer: KafkaProducer) -> None:
    """Closes it with what nobody takes: its own close waits for that, and at exit raises again."""
    producer._unregister_cleanup()  # noqa: SLF001
    producer._sender.force_close()  # noqa: SLF001
    producer._closed = True  # noqa: SLF001


def connections_of(producer: KafkaProducer) -> list[Any]:
    """Those that it has now, to any node."""
    return list(producer._sender._client._manager._conns.values())  # noqa: SLF001 - it tells nobody


def has_lost(producer: KafkaProducer, before: Collection[Any]) -> bool:
    """Whether a connection of `before` is not there any more."""
    now = connections_of(producer)
    return any(connection not in now for connection in before)


def silence_log() -> None:
    """For clients that are used for long: what they log they raise as well, or mend."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
