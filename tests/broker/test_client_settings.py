"""Every name in the table is one that the clients know: each is given to a client that is really made."""

import confluent_kafka
import confluent_kafka.admin
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from eventq.broker.connection import kafka_python_config
from eventq.broker.librdkafka import librdkafka_config
from eventq.core.settings import numbers
from eventq.core.settings.numbers import INT
from eventq.core.settings.property_table import PROPERTIES
from eventq.core.settings.settings import Connection, Role

VALUES = {
    "acks": "all",
    "client.dns.lookup": "use_all_dns_ips",
    "compression.type": "lz4",
    "debug": "generic",
    "queue.buffering.backpressure.threshold": "1",
    "broker.address.family": "v4",
    "broker.version.fallback": "0.10.0",
    "metadata.recovery.strategy": "rebootstrap",
    "partition.assignment.strategy": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
    "group.protocol": "classic",
    "fetch.min.bytes": "1",
    "fetch.max.bytes": "52428800",
    "fetch.max.wait.ms": "500",
    "max.partition.fetch.bytes": "1048576",
    "max.request.size": "1048576",
    "message.copy.max.bytes": "65535",
    "receive.message.max.bytes": "104857600",
    "request.timeout.ms": "30000",
    "connections.max.idle.ms": "300000",
    "delivery.timeout.ms": "120000",
    "max.in.flight.requests.per.connection": "5",
    "max.poll.interval.ms": "300000",
    "session.timeout.ms": "10000",
    "log_level": "6",
    "batch.size": "16384",
    "linger.ms": "5",
    "compression.level": "1",
    "topic.metadata.refresh.interval.ms": "300000",
    "retry.backoff.ms": "100",
    "retry.backoff.max.ms": "1000",
    "group.remote.assignor": "",
}
"""For the other settings a number or `true` will do."""


def value_of(name: str) -> str:
    if name in VALUES:
        return VALUES[name]
    for value in ("true", "1000"):
        try:
            PROPERTIES[name].read(value)
        except ValueError:
            continue
        numeric = name.endswith((".ms", ".messages", ".kbytes", ".fails", ".ttl", ".threshold"))
        return "1000" if numeric else value
    raise AssertionError(name)


def properties(role: Role) -> dict[str, str]:
    """All that a client of this role takes, but for what goes with the newer group protocol alone."""
    return {
        name: value_of(name)
        for name, known in PROPERTIES.items()
        if role in known.roles and name != "group.remote.assignor"
    }


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.ADMIN, KafkaAdminClient), (Role.PRODUCER, KafkaProducer), (Role.CONSUMER, KafkaConsumer)],
)
def test_kafka_python_takes_every_setting_mapped_to_it(bootstrap: str, role: Role, kind: type) -> None:
    config = kafka_python_config(Connection(bootstrap, properties(role)), role)
    client = kind(**config, **({"group_id": "g"} if role is Role.CONSUMER else {}))
    client.close()
    assert set(config) <= set(kind.DEFAULT_CONFIG)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.ADMIN, confluent_kafka.admin.AdminClient),
        (Role.PRODUCER, confluent_kafka.Producer),
        (Role.CONSUMER, confluent_kafka.Consumer),
    ],
)
def test_librdkafka_takes_every_setting_mapped_to_it(bootstrap: str, role: Role, kind: type) -> None:
    config = librdkafka_config(Connection(bootstrap, properties(role)), role)
    ours: dict[Role, dict[str, object]] = {
        Role.PRODUCER: {"enable.idempotence": True},
        Role.CONSUMER: {"group.id": "g"},
    }
    kind(config | ours.get(role, {}))


def test_librdkafka_takes_the_settings_of_the_newer_group_protocol(bootstrap: str) -> None:
    newer = {"group.protocol": "consumer", "group.remote.assignor": "uniform"}
    confluent_kafka.Consumer(
        librdkafka_config(Connection(bootstrap, newer), Role.CONSUMER) | {"group.id": "g"}
    )


def test_librdkafka_takes_sasl_and_tls() -> None:
    values = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "u",
        "sasl.password": "p",
        "ssl.endpoint.identification.algorithm": "",
        "ssl.cipher.suites": "ECDHE-RSA-AES256-GCM-SHA384,ECDHE-RSA-AES128-GCM-SHA256",
    }
    confluent_kafka.Producer(librdkafka_config(Connection("localhost:1", values), Role.PRODUCER))


LIBRDKAFKA = {
    Role.ADMIN: confluent_kafka.admin.AdminClient,
    Role.PRODUCER: confluent_kafka.Producer,
    Role.CONSUMER: confluent_kafka.Consumer,
}
EXTREMES = [
    (name, number)
    for name in sorted(numbers.NAMES)
    for number in numbers.java_range(name)
    if PROPERTIES[name].librdkafka
]


@pytest.mark.parametrize(("name", "number"), EXTREMES)
def test_librdkafka_takes_the_least_and_the_most_that_java_takes(name: str, number: int) -> None:
    for role in PROPERTIES[name].roles:
        config = librdkafka_config(Connection("127.0.0.1:1", {name: str(number)}), role)
        config |= {"log_level": 0} | ({"group.id": "g"} if role is Role.CONSUMER else {})
        if name in {"session.timeout.ms", "max.poll.interval.ms", "linger.ms", "receive.message.max.bytes"}:
            continue  # they stand in an order with others, which the members and the producer keep
        LIBRDKAFKA[role](config)


MOST = {
    role: {n: str(numbers.java_range(n)[1]) for n in numbers.NAMES if role in PROPERTIES[n].roles}
    for role in Role
}


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.ADMIN, KafkaAdminClient), (Role.PRODUCER, KafkaProducer), (Role.CONSUMER, KafkaConsumer)],
)
def test_kafka_python_takes_the_most_that_java_takes(bootstrap: str, role: Role, kind: type) -> None:
    config = kafka_python_config(Connection(bootstrap, MOST[role]), role)
    if role is Role.CONSUMER:
        config |= {"group_id": "g", "heartbeat_interval_ms": 1000}
    if role is Role.PRODUCER:
        config["delivery_timeout_ms"] = 2 * INT  # Java too wants it longer than the others together
    kind(**config).close()


@pytest.mark.parametrize(
    "values",
    [
        {"connections.max.idle.ms": "-1"},
        {"connections.max.idle.ms": "0"},
        {"request.timeout.ms": "600000"},
        {"request.timeout.ms": "400", "fetch.max.wait.ms": "400"},
        {"retry.backoff.ms": "0"},
        {"fetch.min.bytes": "0", "fetch.max.bytes": "0"},
        {"fetch.max.wait.ms": "60000"},
        {"reconnect.backoff.ms": "5000"},
    ],
)
def test_a_consumer_of_both_clients_is_made_of_what_java_takes(
    bootstrap: str, values: dict[str, str]
) -> None:
    to = Connection(bootstrap, values)
    KafkaConsumer(**kafka_python_config(to, Role.CONSUMER), group_id="g").close()
    confluent_kafka.Consumer({**librdkafka_config(to, Role.CONSUMER), "group.id": "g"}).close()
