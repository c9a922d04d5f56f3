"""What is said when no broker can be talked to, whichever client asked, with the likely cause."""

from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection


def unreachable(connection: Connection, reason: str, *, at_login: bool = False) -> EventqError:
    """`at_login`: the broker had answered, and hung up when it was told who asks."""
    where, said = connection.bootstrap, connection.properties
    if at_login or "authentication" in reason.lower():
        who, how = said.get("sasl.username"), said.get("sasl.mechanism")
        return EventqError(
            f"authentication failed at {where} as {who} by {how} ({reason})",
            hint="are user and password right, and does the listener offer that mechanism?",
        )
    if "SSL" in reason:
        return EventqError(
            f"no TLS connection to {where}: {reason}",
            hint="does the listener speak TLS, and are the ssl.* files and ssl.key.password right?",
        )
    return EventqError(
        f"no broker answered at {where} within {connection.connect_timeout:g} s ({reason})",
        hint="is Kafka running there, is the address right, does the listener want TLS or SASL "
        "(security.protocol)?",
    )


def silent(connection: Connection, reason: str) -> EventqError:
    """For a client that had reached a broker before."""
    return EventqError(f"no broker of {connection.bootstrap} answers now: {reason}")


def no_producer_id(connection: Connection) -> EventqError:
    return EventqError(
        f"{connection.bootstrap} gave no producer id within {connection.connect_timeout:g} s",
        hint="is the cluster just starting? --acks 1 needs no id, and is not idempotent",
    )
