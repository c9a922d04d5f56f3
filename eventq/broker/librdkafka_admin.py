"""librdkafka's admin client: made here, with its log kept off the terminal and its errors told as ours."""

from collections import deque

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from eventq.broker.librdkafka import librdkafka_config, made, quiet_logger
from eventq.broker.librdkafka_reach import failed_to_reach
from eventq.broker.unreachable import unreachable
from eventq.core.settings.settings import Connection, Role


def librdkafka_admin(connection: Connection) -> AdminClient:
    """An admin client that has reached a broker; EventqError within `connect_timeout` if there is none."""
    seen: deque[KafkaError] = deque(maxlen=100)
    config = {**librdkafka_config(connection, Role.ADMIN), "error_cb": seen.append}
    admin: AdminClient = made(AdminClient, config, logger=quiet_logger())
    failure = failed_to_reach(admin, seen, connection)
    if failure is None:
        return admin
    del admin  # at once: it would log in again
    raise unreachable(connection, failure)


def code(error: KafkaException | KafkaError) -> int:
    """The protocol's error code; negative for what librdkafka itself found."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return int(cause.code())
