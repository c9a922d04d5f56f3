"""What is said when no broker answers, whichever client asked."""

from eventq.core.errors import EventqError
from eventq.core.settings import Connection


def unreachable(connection: Connection, reason: str) -> EventqError:
    return EventqError(
        f"no broker answered at {connection.bootstrap} within {connection.connect_timeout:g} s ({reason})",
        hint="is Kafka running there, is the address right, does the listener want TLS or SASL?",
    )


def silent(connection: Connection, reason: str) -> EventqError:
    """For a client that had reached a broker before."""
    return EventqError(f"no broker of {connection.bootstrap} answers now: {reason}")
