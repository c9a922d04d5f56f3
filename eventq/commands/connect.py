"""From the shared options and the environment to a Connection."""

import os
from importlib.util import find_spec

from eventq.commands.options import Shared
from eventq.core.errors import UsageError
from eventq.core.settings import Connection


def connection(shared: Shared) -> Connection:
    """The effective settings: flag > -X > environment > --command-config > profile > default."""
    environment = os.environ.get("KAFKA_BOOTSTRAP_ADDRESS") or os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    return Connection(
        bootstrap=shared.bootstrap_server or environment or "localhost:9092",
        properties=dict(item.split("=", 1) for item in shared.properties),
        connect_timeout=shared.connect_timeout,
        client=shared.client.value,
    )


def data_client(to: Connection) -> str:
    """`librdkafka` or `kafka-python`, for the data path: auto takes librdkafka when it can be imported."""
    installed = find_spec("confluent_kafka") is not None
    if to.client == "librdkafka" and not installed:
        raise UsageError("librdkafka is not installed", hint="pip install 'eventq[fast]'")
    if to.client == "auto":
        return "librdkafka" if installed else "kafka-python"
    return to.client
