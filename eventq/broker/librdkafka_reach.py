"""Waits for a librdkafka client's first broker, and stops at the first answer that no waiting changes.

librdkafka itself tries on after a login that was refused, for as long as it is left alone.
"""

import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from eventq.broker.failure import Failure, Stage
from eventq.broker.librdkafka_codes import passes
from eventq.core.settings.settings import Connection

_LOOK_SECONDS = 0.01
_ALL_DOWN = KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001 - so the library names its own codes
_STAGES = {
    KafkaError._AUTHENTICATION: Stage.LOGIN,  # noqa: SLF001
    KafkaError._SSL: Stage.TLS,  # noqa: SLF001
}


def failed_to_reach(client: Any, seen: Iterable[KafkaError], connection: Connection) -> Failure | None:
    """None once the client has a broker's metadata; else why not, within `connect_timeout`.

    `seen` is filled by the client's error_cb. A client that has failed must be let go of soon: it tries on.
    """
    until = time.monotonic() + connection.connect_timeout
    while not _has_metadata(client):
        client.poll(0)  # serves error_cb
        failure = _telling(seen)
        if failure.refuses_login or _is_hopeless(seen, connection) or time.monotonic() > until:
            return failure
    return None


def _has_metadata(client: Any) -> bool:
    try:
        client.cluster_id(timeout=_LOOK_SECONDS)
    except KafkaException:
        return False
    return True


def _telling(seen: Iterable[KafkaError]) -> Failure:
    """Of the error whose client came furthest: the reason is more than that the time was up."""
    told = [_failure(error) for error in seen if error.code() != _ALL_DOWN]
    if told:
        return max(told, key=lambda one: (one.definite, one.stage))
    return Failure("connections are closed" if list(seen) else "timed out")


def _failure(error: KafkaError) -> Failure:
    return Failure(error.str(), _STAGES.get(error.code(), Stage.CONNECT), definite=not passes(error))


def _is_hopeless(seen: Iterable[KafkaError], connection: Connection) -> bool:
    """Whether each listener has failed in a way that no waiting changes; the texts begin with its name."""
    failed = {error.str().split(": ", 1)[0] for error in seen if not passes(error)}
    return len(failed) >= len(connection.bootstrap.split(","))
