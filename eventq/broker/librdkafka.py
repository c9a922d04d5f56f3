"""The one door to librdkafka: the settings of every confluent-kafka client are made here."""

import logging
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from eventq.core.errors import UsageError
from eventq.core.settings import properties
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Connection, Role

_DEFAULT_BACKOFF_MS, _SHORT_BACKOFF_MS = 100, 20
_ORDERS = (Order("reconnect.backoff.ms", 20, "reconnect.backoff.max.ms", 1000),)


def librdkafka_config(connection: Connection, role: Role) -> dict[str, Any]:
    """The settings for a librdkafka client of this kind: ours, then what the user's properties say."""
    if _is_tls(connection):
        from eventq.broker.tls import check_files

        check_files(connection.properties)
    config = {
        "bootstrap.servers": connection.bootstrap,
        "client.id": "eventq",
        "reconnect.backoff.ms": _backoff_ms(connection),
        "reconnect.backoff.max.ms": 1000,  # a broker that comes back is seen within a second
        **properties.librdkafka(connection.properties, role),
    }
    return in_order(config, _ORDERS)


def _is_tls(connection: Connection) -> bool:
    return connection.properties.get("security.protocol", "").upper().endswith("SSL")


def _backoff_ms(connection: Connection) -> int:
    """Half of it lies between a client's first connections; a login that was refused must not be tried again
    before that is known.
    """
    logs_in = connection.properties.get("security.protocol", "").upper().startswith("SASL")
    return _DEFAULT_BACKOFF_MS if logs_in else _SHORT_BACKOFF_MS


def made(kind: type, config: dict[str, Any], **more: Any) -> Any:
    """A client, which has reached nobody yet; UsageError for settings that librdkafka refuses."""
    try:
        return kind(config, **more)
    except (KafkaException, ValueError) as error:
        text = failure(error).strip()
        hint = "--client kafka-python has Kerberos, by the gssapi package" if "GSSAPI" in text else None
        raise UsageError(f"librdkafka refuses these settings: {text}", hint=hint) from error


def quiet_logger() -> logging.Logger:
    """Keeps off stderr, line after line, what comes as an error too; some of it no log_level keeps off."""
    logger = logging.getLogger("eventq.librdkafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def failure(error: Exception | KafkaError) -> str:
    """What librdkafka says of an error, without its code."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return str(cause.str() if isinstance(cause, KafkaError) else cause)


def raised(error: KafkaException | SystemError) -> KafkaError | None:
    """What a poll or a flush raised: a fatal error, of which the library does not tell `error_cb`.

    Where it goes on to call back with that error pending, Python raises a SystemError, with it as the cause
    or without any: None. Reports of deliveries and every later call tell of it all the same.
    """
    found = error if isinstance(error, KafkaException) else error.__cause__
    return found.args[0] if isinstance(found, KafkaException) else None
