"""The one door to kafka-python: every client of it is made here, with the same settings and errors."""

from typing import Any

from kafka import KafkaAdminClient
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaConfigurationError, KafkaError

from eventq.broker.bootstrap import watched
from eventq.broker.errors import unreachable
from eventq.core.errors import UsageError
from eventq.core.settings import properties
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Connection, Role

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
    return in_order(config, _ORDERS if role is Role.CONSUMER else _ORDERS[1:])


def admin(connection: Connection) -> KafkaAdminClient:
    """An admin client that has reached a broker; EventqError within `connect_timeout` if there is none."""
    return made(connection, KafkaAdminClient, kafka_python_config(connection))


def made(connection: Connection, kind: type, config: dict[str, Any]) -> Any:
    """A client that has reached a broker; EventqError if there is none, UsageError for bad settings."""
    with watched() as failure:
        try:
            return kind(**config)
        except (KafkaConfigurationError, ValueError, AssertionError) as error:
            reason = str(error).removeprefix("KafkaConfigurationError: ")
            raise UsageError(f"kafka-python refuses these settings: {reason}") from error
        except KafkaError as error:
            reason = failure.reason or str(error) or type(error).__name__
            raise unreachable(connection, reason, at_login=failure.at_login) from error
