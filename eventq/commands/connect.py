"""From the shared options and the environment to a Connection."""

import os

from eventq.commands.options import Shared
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
