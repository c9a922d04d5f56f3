"""librdkafka's admin client: made here, with its log kept off the terminal and its errors told as ours."""

import logging

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from eventq.broker.errors import unreachable
from eventq.broker.librdkafka import failure, librdkafka_config, made
from eventq.core.settings.settings import Connection, Role

_ALL_DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001 - so the library names its own codes


def librdkafka_admin(connection: Connection) -> AdminClient:
    """An admin client that has reached a broker; EventqError within `connect_timeout` if there is none."""
    seen: list[KafkaError] = []
    config = {**librdkafka_config(connection, Role.ADMIN), "error_cb": seen.append}
    admin: AdminClient = made(AdminClient, config, logger=_quiet())
    try:
        admin.cluster_id(timeout=connection.connect_timeout)
    except KafkaException as error:
        admin.poll(0)  # serves error_cb: the reason is more than that the time was up
        told = [each.str() for each in seen if each.code() != _ALL_DOWN]
        reason = told[0] if told else "connections are closed" if seen else failure(error)
        raise unreachable(connection, reason) from error
    return admin


def code(error: KafkaException | KafkaError) -> int:
    """The protocol's error code; negative for what librdkafka itself found."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return int(cause.code())


def _quiet() -> logging.Logger:
    """Keeps connection failures off stderr, line after line; they come as errors too."""
    logger = logging.getLogger("eventq.librdkafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
