"""Why no broker could be reached: kafka-python says it in its log alone, and not in what it raises."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kafka.errors import RequestTimedOutError
from kafka.net.connection import KafkaConnection

_LOG = logging.getLogger("kafka.net.connection")


@dataclass(slots=True)
class Failure:
    """How a connection was lost last; `at_login`: after the broker's first answer, by a client with SASL."""

    reason: str | None = None
    at_login: bool = False


class _Watch(logging.Handler):
    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def emit(self, record: logging.LogRecord) -> None:
        """The record of a lost connection has the connection and the error as its arguments."""
        match record.args:
            case (KafkaConnection() as connection, Exception() as error):
                # the last of many tries is cut off by the time-out, which says less than those before it
                if self._failure.reason is None or not isinstance(error, RequestTimedOutError):
                    said = str(error).removeprefix("KafkaConnectionError: ")
                    self._failure.reason = said or type(error).__name__
                    answered = connection.broker_version_data is not None
                    self._failure.at_login = connection.sasl_enabled and answered


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
