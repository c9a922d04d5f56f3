"""From the effective settings to a Connection."""

from importlib.util import find_spec

from eventq.commands.options import Client, Shared
from eventq.commands.settings import layers, text
from eventq.core.errors import UsageError
from eventq.core.parse import duration
from eventq.core.settings import Connection, properties


def connection(shared: Shared) -> Connection:
    """The effective settings of how to reach Kafka; see commands/settings.py for their order."""
    client = text(shared, shared.client and shared.client.value, "client")
    if client not in {kind.value for kind in Client}:
        raise UsageError(f"no such client: {client!r}", hint="auto, kafka-python or librdkafka")
    return Connection(
        bootstrap=text(shared, shared.bootstrap_server, "bootstrap-server"),
        properties={
            name: setting.value or ""
            for name, setting in properties(layers(shared)).items()
            if name not in _RESOLVED
        },
        connect_timeout=duration(text(shared, shared.connect_timeout, "connect-timeout")),
        client=client,
    )


_RESOLVED = {"bootstrap.servers", "group.id", "isolation.level"}
"""These reach a client as what the command makes of its options."""


def data_client(to: Connection) -> str:
    """`librdkafka` or `kafka-python`, for the data path: auto takes librdkafka when it can be imported."""
    installed = find_spec("confluent_kafka") is not None
    if to.client == "librdkafka" and not installed:
        raise UsageError("librdkafka is not installed", hint="pip install 'eventq[fast]'")
    if to.client == "auto":
        return "librdkafka" if installed else "kafka-python"
    return to.client
