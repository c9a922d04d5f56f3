"""Why no broker could be reached: kafka-python says it in its log alone, and not in what it raises."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka.errors import RequestTimedOutError

from eventq.core.errors import EventqError
from eventq.core.settings import Connection

_LOG = logging.getLogger("kafka.net.connection")


@dataclass(slots=True)
class Failure:
    """How a connection was lost last, and whether the broker had answered its first request by then."""

    reason: str | None = None
    answered: bool = False


class _Watch(logging.Handler):
    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def emit(self, record: logging.LogRecord) -> None:
        """The record of a lost connection has the connection and the error as its arguments."""
        match record.args:
            case (connection, Exception() as error) if hasattr(connection, "broker_version_data"):
                # the last of many tries is cut off by the time-out, which says less than those before it
                if self._failure.reason is None or not isinstance(error, RequestTimedOutError):
                    self._failure.reason = _text(error)
                    self._failure.answered = connection.broker_version_data is not None


@contextmanager
def watched() -> Iterator[Failure]:
    """Learns of connections that are lost within; the log itself goes nowhere meanwhile."""
    failure = Failure()
    watch = _Watch(failure)
    level, propagate = _LOG.level, _LOG.propagate
    _LOG.addHandler(watch)
    _LOG.setLevel(logging.ERROR)
    _LOG.propagate = False
    try:
        yield failure
    finally:
        _LOG.removeHandler(watch)
        _LOG.setLevel(level)
        _LOG.propagate = propagate


def explained(connection: Connection, config: dict[str, Any], failure: Failure) -> EventqError:
    """What to tell a user, with the likely cause."""
    where, reason = connection.bootstrap, failure.reason or "no answer"
    if failure.answered and config.get("security_protocol", "").startswith("SASL"):
        who, how = config.get("sasl_plain_username"), config["sasl_mechanism"]
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


def _text(error: Exception) -> str:
    return str(error).removeprefix("KafkaConnectionError: ") or type(error).__name__
