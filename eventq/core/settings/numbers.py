"""Settings that are whole numbers: which Java takes, and which of these a client library takes.

What Java refuses is refused here too. What Java takes and a library does not becomes the nearest that the
library takes: a buffer of a little less serves as well, and the same file works for all clients.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

INT = 2**31 - 1
_LONG = 2**63 - 1
_NUMBER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NEVER_IDLE = -1

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Number:
    """Both ends belong to a range. Java's long numbers, all of them times, end at 24 days in Python."""

    java: Range
    librdkafka: Range
    kafka_python: Range = (0, INT)


_NUMBERS: Mapping[str, _Number] = {
    "request.timeout.ms": _Number((0, INT), (10, 300_000), (10, INT)),
    "retry.backoff.ms": _Number((0, _LONG), (1, 300_000), (1, INT)),
    "retry.backoff.max.ms": _Number((0, _LONG), (1, 300_000)),
    "reconnect.backoff.ms": _Number((0, _LONG), (0, 3_600_000)),
    "reconnect.backoff.max.ms": _Number((0, _LONG), (0, 3_600_000)),
    "connections.max.idle.ms": _Number((_NEVER_IDLE, _LONG), (1, INT), (1000, INT)),
    "socket.connection.setup.timeout.ms": _Number((0, _LONG), (1000, INT)),
    "metadata.max.age.ms": _Number((0, _LONG), (1, 86_400_000), (1, INT)),
    "metadata.recovery.rebootstrap.trigger.ms": _Number((0, _LONG), (0, INT)),
    "receive.message.max.bytes": _Number((1000, INT), (1000, INT)),
    "send.buffer.bytes": _Number((-1, INT), (0, 100_000_000), (-1, INT)),
    "receive.buffer.bytes": _Number((-1, INT), (0, 100_000_000), (-1, INT)),
    "linger.ms": _Number((0, _LONG), (0, 900_000)),
    "batch.size": _Number((0, INT), (1, INT)),
    "buffer.memory": _Number((0, _LONG), (1024, INT * 1024)),
    "queue.buffering.max.kbytes": _Number((1, INT), (1, INT)),
    "retries": _Number((0, INT), (0, INT)),
    "delivery.timeout.ms": _Number((0, INT), (0, INT)),
    "max.in.flight.requests.per.connection": _Number((1, INT), (1, 1_000_000)),
    "max.request.size": _Number((0, INT), (1000, 1_000_000_000)),
    "max.block.ms": _Number((0, _LONG), (0, INT)),
    "fetch.min.bytes": _Number((0, INT), (1, 100_000_000)),
    "fetch.max.bytes": _Number((0, INT), (1_000_000, INT - 512)),
    "fetch.max.wait.ms": _Number((0, INT), (0, 300_000)),
    "max.partition.fetch.bytes": _Number((0, INT), (1, 1_000_000_000)),
    "max.poll.interval.ms": _Number((1, INT), (1, 86_400_000)),
    "session.timeout.ms": _Number((1, INT), (1, 3_600_000)),
    "heartbeat.interval.ms": _Number((1, INT), (1, 3_600_000)),
}
NAMES = frozenset(_NUMBERS)


def java_range(name: str) -> Range:
    return _NUMBERS[name].java


def java(name: str, text: str) -> int:
    """The number as Java reads it; ValueError says which are possible."""
    least, most = _NUMBERS[name].java
    number = int(text) if _NUMBER.fullmatch(text) else None
    if number is None or not least <= number <= most:
        raise ValueError(f"a whole number from {least} to {most}")
    return number


def kafka_python(name: str, text: str) -> int:
    """The nearest that kafka-python takes."""
    return _nearest(name, java(name, text), _NUMBERS[name].kafka_python)


def librdkafka(name: str, text: str) -> int:
    """The nearest that librdkafka takes; 0 is its word for connections that are never idle for too long."""
    number = java(name, text)
    if (name, number) == ("connections.max.idle.ms", _NEVER_IDLE):
        return 0
    return _nearest(name, number, _NUMBERS[name].librdkafka)


def _nearest(name: str, number: int, taken: Range) -> int:
    if (name, number) == ("connections.max.idle.ms", _NEVER_IDLE):
        return taken[1]
    return min(max(number, taken[0]), taken[1])


@dataclass(frozen=True, slots=True)
class Order:
    """`upper` must be at least `gap` more than `lower`; the defaults are what it is when nobody says."""

    lower: str
    lower_default: int
    upper: str
    upper_default: int
    gap: int = 0


def in_order(config: Mapping[str, Any], orders: Iterable[Order]) -> dict[str, Any]:
    """`config` with what is too low for a library raised; Java asks for no such order."""
    found = dict(config)
    for order in orders:
        least = int(found.get(order.lower, order.lower_default)) + order.gap
        if int(found.get(order.upper, order.upper_default)) < least:
            found[order.upper] = least
    return found
