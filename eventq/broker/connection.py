"""The one door to kafka-python: every client of it is made here, with the same settings and errors."""

from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from eventq.broker.unreachable import unreachable
from eventq.core.settings import Connection, Role


def kafka_python_config(connection: Connection, role: Role = Role.ADMIN) -> dict[str, Any]:  # noqa: ARG001
    """The settings for a kafka-python client of this kind: ours, then what the user's properties say."""
    return {
        "bootstrap_servers": connection.bootstrap.split(","),
        "client_id": "eventq",
        "bootstrap_timeout_ms": int(connection.connect_timeout * 1000),
        "reconnect_backoff_max_ms": 1000,  # a broker that comes back is seen within a second
    }


def admin(connection: Connection) -> KafkaAdminClient:
    """An admin client that has reached a broker; EventqError within `connect_timeout` if there is none."""
    try:
        return KafkaAdminClient(**kafka_python_config(connection))
    except KafkaError as error:
        raise unreachable(connection, str(error) or type(error).__name__) from error
