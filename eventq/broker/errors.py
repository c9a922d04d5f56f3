"""What is said of the errors of brokers, in the same words whichever client met them."""

from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection

TIMED_OUT = "TIMED_OUT"
INTERRUPTED = "INTERRUPTED"
CONNECTION_LOST = "CONNECTION_LOST"
_UNRECOGNIZED = "UNKNOWN"

_REASONS = {
    10: "MESSAGE_TOO_LARGE",
    -192: TIMED_OUT,  # librdkafka's own codes
    -185: TIMED_OUT,
    -144: "PRODUCER_FENCED",
    -195: CONNECTION_LOST,
    -137: CONNECTION_LOST,
    -152: INTERRUPTED,
    -151: INTERRUPTED,
}
_JOIN_HINTS = {
    23: "another member of the group has another partition.assignment.strategy",
    24: "a group can't have this name",
    26: "--session-timeout must be within the broker's limits: by default from 6s to 30m",
    29: "may this user read the topic? kafka-acls shows it",
    30: "may this user read in the group? kafka-acls shows it",
    81: "the group is full (the broker's group.max.size): use fewer members by --count",
}
_TRANSACTION_HINTS = {
    50: "--transaction-timeout must be within the brokers' transaction.max.timeout.ms: by default 15m",
    53: "may this user write with this transactional.id? kafka-acls shows it",
}


def error_text(error: Exception) -> str:
    """What an error says; its name where it says nothing, as kafka-python's may."""
    return str(error) or type(error).__name__


def silent(connection: Connection, reason: str) -> EventqError:
    """For a client that had reached a broker before."""
    return EventqError(f"no broker of {connection.bootstrap} answers now: {reason}")


def no_producer_id(connection: Connection) -> EventqError:
    return EventqError(
        f"{connection.bootstrap} gave no producer id within {connection.connect_timeout:g} s",
        hint="is the cluster just starting? --acks 1 needs no id, and is not idempotent",
    )


def no_transactions(
    connection: Connection, transactional_id: str, code: int | None, text: str
) -> EventqError:
    """Of Kafka's error code, if it has one, for a producer that may not begin transactions, or can't yet."""
    hint = None if code is None else _TRANSACTION_HINTS.get(code)
    return EventqError(
        f"{connection.bootstrap} gave no producer for transactional.id {transactional_id}: {text}",
        hint=hint
        or "is the cluster just starting, or too small for transaction.state.log.replication.factor?",
    )


def refused(topic: str, code: int | None, text: str) -> EventqError:
    """Of Kafka's error code, if it has one, for a member that the broker does not let into its group."""
    hint = None if code is None else _JOIN_HINTS.get(code)
    return EventqError(f"consuming {topic} failed: {text}", hint=hint)


def reason(code: int, text: str) -> str:
    """Why an event was not delivered: Kafka's own name for the error, `text` for an unknown code."""
    if code in _REASONS:
        return _REASONS[code]
    from kafka.errors import for_code

    name = getattr(for_code(code), "message", _UNRECOGNIZED)
    return text if name == _UNRECOGNIZED else str(name)
