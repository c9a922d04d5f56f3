"""The one door to librdkafka: the settings of every confluent-kafka client are made here."""

from typing import Any

from confluent_kafka import KafkaError, KafkaException

from eventq.core.errors import UsageError
from eventq.core.settings import properties
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Connection, Role

_ORDERS = (Order("reconnect.backoff.ms", 20, "reconnect.backoff.max.ms", 1000),)


def librdkafka_config(connection: Connection, role: Role) -> dict[str, Any]:
    """The settings for a librdkafka client of this kind: ours, then what the user's properties say."""
    config = {
        "bootstrap.servers": connection.bootstrap,
        "client.id": "eventq",
        "reconnect.backoff.ms": 20,  # half of it lies between a client's first connections: 50 ms by default
        "reconnect.backoff.max.ms": 1000,  # a broker that comes back is seen within a second
        **properties.librdkafka(connection.properties, role),
    }
    return in_order(config, _ORDERS)


def made(kind: type, config: dict[str, Any], **more: Any) -> Any:
    """A client, which has reached nobody yet; UsageError for settings that librdkafka refuses."""
    try:
        return kind(config, **more)
    except (KafkaException, ValueError) as error:
        raise UsageError(f"librdkafka refuses these settings: {failure(error).strip()}") from error


def failure(error: Exception | KafkaError) -> str:
    """What librdkafka says of an error, without its code."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return str(cause.str() if isinstance(cause, KafkaError) else cause)
