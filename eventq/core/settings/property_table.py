"""The one table of client settings: Java's name, who takes it, and what each client library calls it.

Names: Kafka 4.3's AdminClientConfig, ProducerConfig and ConsumerConfig; kafka-python 3.0's DEFAULT_CONFIG;
librdkafka 2.16's CONFIGURATION.md. What concerns SASL and TLS is put together in security.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from eventq.core.settings import numbers
from eventq.core.settings.settings import Role

_ROLES = {"A": Role.ADMIN, "P": Role.PRODUCER, "C": Role.CONSUMER}


@dataclass(frozen=True, slots=True)
class Property:
    """`kafka_python` and `librdkafka`: the names there, None where the library has no such setting.

    `read` gives the value for kafka-python and raises ValueError, saying what is expected, for a bad one;
    `fast` gives the text for librdkafka.
    """

    roles: frozenset[Role]
    kafka_python: str | None
    librdkafka: str | None
    read: Callable[[str], Any] = str
    fast: Callable[[str], str] = str


def _look_up(value: str) -> str:
    if value not in {"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"}:
        raise ValueError("use_all_dns_ips or resolve_canonical_bootstrap_servers_only")
    return value


def _truth(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ValueError("true or false")
    return value.lower() == "true"


def _acks(value: str) -> str | int:
    if value not in {"all", "-1", "0", "1"}:
        raise ValueError("all, 1 or 0")
    return int(value) if value in {"0", "1"} else "all"


def _compression(value: str) -> str | None:
    if value not in {"none", "gzip", "snappy", "lz4", "zstd"}:
        raise ValueError("none, gzip, snappy, lz4 or zstd")
    return None if value == "none" else value


def _kilobytes(value: str) -> str:
    return str(numbers.librdkafka("buffer.memory", value) // 1024)


_ASSIGNORS = {
    "RangeAssignor": "range",
    "RoundRobinAssignor": "roundrobin",
    "CooperativeStickyAssignor": "cooperative-sticky",
}


def assignors(value: str) -> list[str]:
    """`range`, `roundrobin` or `cooperative-sticky` of each name or Java class in a list with commas."""
    names = [name.strip() for name in value.split(",")]
    found = [_ASSIGNORS.get(name.rpartition(".")[2], name) for name in names]
    if not set(found) <= set(_ASSIGNORS.values()):
        raise ValueError("range, roundrobin or cooperative-sticky, or Java's classes of these")
    return found


def _protocol(value: str) -> str:
    if value.lower() not in {"classic", "consumer"}:
        raise ValueError("classic or consumer")
    return value.lower()


_TABLE: tuple[tuple[str, str, str | None, str | None], ...] = (
    ("client.id", "APC", "client_id", "client.id"),
    ("client.rack", "C", "client_rack", "client.rack"),
    ("client.dns.lookup", "APC", "client_dns_lookup", "client.dns.lookup"),
    ("request.timeout.ms", "APC", "request_timeout_ms", "socket.timeout.ms"),
    ("retry.backoff.ms", "APC", "retry_backoff_ms", "retry.backoff.ms"),
    ("retry.backoff.max.ms", "APC", None, "retry.backoff.max.ms"),
    ("reconnect.backoff.ms", "APC", "reconnect_backoff_ms", "reconnect.backoff.ms"),
    ("reconnect.backoff.max.ms", "APC", "reconnect_backoff_max_ms", "reconnect.backoff.max.ms"),
    ("connections.max.idle.ms", "APC", "connections_max_idle_ms", "connections.max.idle.ms"),
    ("socket.connection.setup.timeout.ms", "APC", None, "socket.connection.setup.timeout.ms"),
    ("metadata.max.age.ms", "APC", "metadata_max_age_ms", "metadata.max.age.ms"),
    ("metadata.recovery.strategy", "APC", None, "metadata.recovery.strategy"),
    (
        "metadata.recovery.rebootstrap.trigger.ms",
        "APC",
        None,
        "metadata.recovery.rebootstrap.trigger.ms",
    ),
    ("receive.message.max.bytes", "APC", "receive_message_max_bytes", "receive.message.max.bytes"),
    ("enable.metrics.push", "APC", None, "enable.metrics.push"),
    ("acks", "P", "acks", "acks"),
    ("compression.type", "P", "compression_type", "compression.type"),
    ("linger.ms", "P", "linger_ms", "linger.ms"),
    ("batch.size", "P", "batch_size", "batch.size"),
    ("retries", "P", "retries", "retries"),
    ("delivery.timeout.ms", "P", "delivery_timeout_ms", "delivery.timeout.ms"),
    (
        "max.in.flight.requests.per.connection",
        "P",
        "max_in_flight_requests_per_connection",
        "max.in.flight.requests.per.connection",
    ),
    ("max.request.size", "P", "max_request_size", "message.max.bytes"),
    ("max.block.ms", "P", "max_block_ms", None),
    ("queue.buffering.max.kbytes", "P", None, "queue.buffering.max.kbytes"),
    ("fetch.min.bytes", "C", "fetch_min_bytes", "fetch.min.bytes"),
    ("fetch.max.bytes", "C", "fetch_max_bytes", "fetch.max.bytes"),
    ("fetch.max.wait.ms", "C", "fetch_max_wait_ms", "fetch.wait.max.ms"),
    ("max.partition.fetch.bytes", "C", "max_partition_fetch_bytes", "max.partition.fetch.bytes"),
    ("max.poll.interval.ms", "C", "max_poll_interval_ms", "max.poll.interval.ms"),
    ("session.timeout.ms", "C", "session_timeout_ms", "session.timeout.ms"),
    ("heartbeat.interval.ms", "C", "heartbeat_interval_ms", "heartbeat.interval.ms"),
    ("group.protocol", "C", None, "group.protocol"),
    ("group.remote.assignor", "C", None, "group.remote.assignor"),
    ("check.crcs", "C", "check_crcs", "check.crcs"),
)

_READ: Mapping[str, Callable[[str], Any]] = {
    "client.dns.lookup": _look_up,
    "enable.metrics.push": _truth,
    "acks": _acks,
    "compression.type": _compression,
    "group.protocol": _protocol,
    "check.crcs": _truth,
}
"""How those are read that are neither a number nor any text."""

_FAST_ONLY = {
    "APC": "debug log_level log.connection.close broker.address.family broker.address.ttl"
    " socket.keepalive.enable socket.nagle.disable socket.max.fails api.version.request"
    " api.version.request.timeout.ms broker.version.fallback topic.metadata.refresh.interval.ms"
    " topic.metadata.refresh.fast.interval.ms topic.metadata.refresh.sparse topic.metadata.propagation.max.ms"
    " reconnect.backoff.jitter.ms message.copy.max.bytes enable.random.seed",
    "P": "queue.buffering.max.messages queue.buffering.backpressure.threshold batch.num.messages"
    " sticky.partitioning.linger.ms compression.level enable.gapless.guarantee",
    "C": "queued.min.messages queued.max.messages.kbytes fetch.queue.backoff.ms fetch.error.backoff.ms"
    " coordinator.query.interval.ms",
}
"""librdkafka's own, passed on to it as they are."""

ALIASES: Mapping[str, str] = {
    "metadata.broker.list": "bootstrap.servers",
    "sasl.mechanisms": "sasl.mechanism",
    "socket.timeout.ms": "request.timeout.ms",
    "socket.send.buffer.bytes": "send.buffer.bytes",
    "socket.receive.buffer.bytes": "receive.buffer.bytes",
    "message.max.bytes": "max.request.size",
    "max.in.flight": "max.in.flight.requests.per.connection",
    "queue.buffering.max.ms": "linger.ms",
    "message.send.max.retries": "retries",
    "message.timeout.ms": "delivery.timeout.ms",
    "request.required.acks": "acks",
    "compression.codec": "compression.type",
    "fetch.wait.max.ms": "fetch.max.wait.ms",
    "fetch.message.max.bytes": "max.partition.fetch.bytes",
    "auto.commit.enable": "enable.auto.commit",
}
"""What librdkafka calls a setting that Java has too."""


def _roles(letters: str) -> frozenset[Role]:
    return frozenset(_ROLES[letter] for letter in letters)


def _property(name: str, who: str, ours: str | None, fast: str | None) -> Property:
    if name in numbers.NAMES:
        return Property(
            _roles(who),
            ours,
            fast,
            partial(numbers.kafka_python, name),
            lambda value: str(numbers.librdkafka(name, value)),
        )
    return Property(_roles(who), ours, fast, _READ.get(name, str))


def _buffer(name: str) -> Property:
    """Java's -1, what the system thinks best, is kafka-python's None."""
    numeric = _property(name, "APC", name.replace(".", "_"), f"socket.{name}")
    return replace(numeric, read=lambda value: None if value == "-1" else numeric.read(value))


PROPERTIES: Mapping[str, Property] = {
    **{row[0]: _property(*row) for row in _TABLE},
    **{
        name: Property(_roles(who), None, name) for who, names in _FAST_ONLY.items() for name in names.split()
    },
    **{name: _buffer(name) for name in ("send.buffer.bytes", "receive.buffer.bytes")},
    "buffer.memory": replace(
        _property("buffer.memory", "P", None, "queue.buffering.max.kbytes"), fast=_kilobytes
    ),
    "partition.assignment.strategy": Property(
        _roles("C"),
        "partition_assignment_strategy",
        "partition.assignment.strategy",
        assignors,
        lambda value: ",".join(assignors(value)),
    ),
}
"""Everything that reaches a client, but for SASL and TLS."""

OWNED: Mapping[str, str] = {
    "enable.auto.commit": "eventq commits what was processed; --commit-interval says how often",
    "auto.commit.interval.ms": "give --commit-interval",
    "enable.auto.offset.store": "eventq commits what was processed",
    "auto.offset.reset": "give --from-beginning or --from; without them a new group begins at the end",
    "allow.auto.create.topics": "a look-up never creates a topic; eventq topic create does",
    "enable.idempotence": "it is on; --acks 1 or --acks 0 turns it off",
    "group.instance.id": "a member that dies leaves the group at once; give client.id to name members",
    "transactional.id": "produce --transaction has --transactional-id-prefix",
    "transaction.timeout.ms": "produce --transaction has --transaction-timeout",
    "partitioner": "records with a key go where Java's producer puts them; produce has --partition",
    "partitioner.class": "records with a key go where Java's producer puts them; produce has --partition",
    "max.poll.records": "batches are sized to what is asked for; consume has --max-messages",
    "enable.partition.eof": "consume has --until-end",
}
"""What eventq decides itself so that its counts are true, and what to use instead."""

UNUSED: frozenset[str] = frozenset(
    "auto.include.jmx.reporter bootstrap.controllers compression.gzip.level compression.lz4.level"
    " compression.zstd.level config.providers default.api.timeout.ms exclude.internal.topics"
    " interceptor.classes internal.throw.on.fetch.stable.offset.unsupported key.deserializer key.serializer"
    " value.deserializer value.serializer metadata.max.idle.ms metric.reporters metrics.num.samples"
    " metrics.recording.level metrics.sample.window.ms partitioner.adaptive.partitioning.enable"
    " partitioner.availability.timeout.ms partitioner.ignore.keys share.acknowledgement.mode"
    " share.acquire.mode socket.connection.setup.timeout.max.ms transaction.two.phase.commit.enable"
    " statistics.interval.ms".split()
)
"""Known, and without meaning here."""
