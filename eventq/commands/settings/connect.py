"""From the effective settings to a Connection."""

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from eventq.commands.options import Client, Shared
from eventq.commands.output import say
from eventq.commands.redaction import MASK
from eventq.commands.settings.settings import layers, seconds, text
from eventq.core.errors import UsageError
from eventq.core.parse import addresses
from eventq.core.settings.properties import RESOLVED, accepted, ignored, is_secret, moved
from eventq.core.settings.settings import Connection, Role, Setting, properties


@cache
def connection(shared: Shared, role: Role = Role.ADMIN, also: Role | None = None) -> Connection:
    """The effective settings of how to reach Kafka; see settings.py for their order.

    `role` is the kind of client that the command is about, `also` another one that it needs: for what -v
    says, which it says once.
    """
    client = text(shared, shared.client and shared.client.value, "client")
    if client not in {kind.value for kind in Client}:
        raise UsageError(f"no such client: {client!r}", hint="auto, kafka-python or librdkafka")
    said = properties(layers(shared))
    to = Connection(
        bootstrap=addresses(text(shared, shared.bootstrap_server, "bootstrap-server")),
        properties=_readable(accepted(said)),
        connect_timeout=seconds(shared, shared.connect_timeout, "connect-timeout"),
        client=client,
    )
    if shared.verbose:
        _say(said, [role] if also is None else [role, also], data_client(to))
    return to


def _readable(values: dict[str, str]) -> dict[str, str]:
    """The clients would try for their whole time-out to open a file that is not there."""
    for name, value in values.items():
        if name.endswith(".location") and not os.access(value, os.R_OK):
            raise UsageError(
                f"{name} {value} can't be read", hint="is the path right, and may you read the file?"
            )
    return values


def _say(said: dict[str, Setting], roles: Sequence[Role], client: str) -> None:
    if Role.ADMIN not in roles:
        say(f"client for events: {client}")
    unused = [name for name in said if all(ignored([name], role, client) for role in roles)]
    for name, setting in said.items():
        value = MASK if is_secret(name) else setting.value
        if name not in RESOLVED:
            nearest = None if name in unused else moved(name, setting.value or "", client)
            use = ", ignored here" if name in unused else ""
            use += "" if nearest is None else f", {client} takes {nearest}"
            say(f"{name} {value} ({setting.source}{use})")


def data_client(to: Connection) -> str:
    """`librdkafka` or `kafka-python`, for the data path: auto takes librdkafka when it can be imported."""
    installed = find_spec("confluent_kafka") is not None
    if to.client == "librdkafka" and not installed:
        raise UsageError("librdkafka is not installed", hint="pip install 'eventq[fast]'")
    if to.client == "auto":
        return "librdkafka" if installed else "kafka-python"
    return to.client
