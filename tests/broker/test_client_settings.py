"""Every name in the table is one that the clients know: each is given to a client that is really made."""

import confluent_kafka
import confluent_kafka.admin
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from eventq.broker.connection import kafka_python_config
from eventq.broker.librdkafka import librdkafka_config
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
