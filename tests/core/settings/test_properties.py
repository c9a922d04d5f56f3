"""Client settings by their Java names, and what becomes of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import UsageError
from eventq.core.settings import security
from eventq.core.settings.properties import (
    accepted,
    canonical,
    check_group_protocol,
    ignored,
    is_secret,
    kafka_python,
    librdkafka,
    moved,
)
from eventq.core.settings.property_table import PROPERTIES
from eventq.core.settings.settings import Role, Setting

JAAS = (
    "org.apache.kafka.common.security.scram.ScramLoginModule required\n"
    '  username="alice" password="a \\"b\\";c=d";'
)


def said(source: str = "-X", **values: str) -> dict[str, Setting]:
    names = {name.replace("_", "."): value for name, value in values.items()}
    return {name: Setting(name, value, source) for name, value in names.items()}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("sasl.pasword", "sasl.password"),
        ("linger.msec", "linger.ms"),
        ("fetch.queue.backof.ms", "backoff.ms"),
    ],
)
def test_an_unknown_name_is_a_usage_error_that_suggests_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError, match=r"client\.properties:3: ") as error:
        accepted({name: Setting(name, "hidden-value", "client.properties:3")})
    assert near in (error.value.hint or "")
    assert "hidden-value" not in str(error.value)


def test_what_has_no_meaning_here_is_let_pass_and_listed() -> None:
    shared_file = said("f", key_serializer="x", interceptor_classes="y", linger_ms="5", fetch_min_bytes="1")
    assert accepted(shared_file) == {"linger.ms": "5", "fetch.min.bytes": "1"}
    assert ignored(shared_file, Role.CONSUMER, "kafka-python") == [
        "key.serializer",
        "interceptor.classes",
        "linger.ms",
    ]
    assert ignored(["queued.max.messages.kbytes"], Role.CONSUMER, "kafka-python")
    assert not ignored(["queued.max.messages.kbytes"], Role.CONSUMER, "librdkafka")


def test_what_eventq_decides_is_refused_by_x_and_let_pass_from_a_shared_file() -> None:
    with pytest.raises(UsageError, match=r"enable\.auto\.commit") as error:
        accepted(said(enable_auto_commit="true"))
    assert "--commit-interval" in (error.value.hint or "")
    assert accepted(said("f", enable_auto_commit="true", auto_offset_reset="earliest")) == {}


def test_the_name_of_an_option_is_told_to_be_one() -> None:
    with pytest.raises(UsageError, match="topic") as error:
        accepted(said(topic="orders"))
    assert error.value.hint == "give --topic"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("linger.ms", "5s"),
        ("check.crcs", "yes"),
        ("request.timeout.ms", "-5"),
        ("request.timeout.ms", "2147483648"),
        ("session.timeout.ms", "99999999999"),
        ("fetch.max.bytes", "1e9"),
        ("linger.ms", "9" * 5000),
        ("connections.max.idle.ms", "-2"),
        ("client.dns.lookup", "x"),
        ("acks", "2"),
        ("compression.type", "rar"),
        ("group.protocol", "share"),
        ("partition.assignment.strategy", "x"),
    ],
)
def test_a_value_that_is_none_is_a_usage_error_with_its_source(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"here: {name}"):
        accepted({name: Setting(name, value, "here")})


def test_a_value_becomes_what_each_client_wants() -> None:
    values = {
        "acks": "-1",
        "compression.type": "none",
        "buffer.memory": "33554432",
        "request.timeout.ms": "5000",
        "max.request.size": "2000000",
        "fetch.max.wait.ms": "100",
    }
    assert kafka_python(values, Role.PRODUCER) == {
        "acks": "all",
        "compression_type": None,
        "request_timeout_ms": 5000,
        "max_request_size": 2_000_000,
    }
    assert librdkafka(values, Role.PRODUCER) == {
        "acks": "-1",
        "compression.type": "none",
        "queue.buffering.max.kbytes": "32768",
        "socket.timeout.ms": "5000",
        "message.max.bytes": "2000000",
    }
    assert librdkafka(values, Role.CONSUMER) == {"socket.timeout.ms": "5000", "fetch.wait.max.ms": "100"}


@pytest.mark.parametrize(
    ("name", "value", "python", "fast"),
    [
        ("connections.max.idle.ms", "-1", 2**31 - 1, "0"),
        ("fetch.max.bytes", "2147483647", 2147483647, "2147483135"),
        ("fetch.min.bytes", "0", 0, "1"),
        ("request.timeout.ms", "600000", 600000, "300000"),
        ("retry.backoff.ms", "0", 1, "1"),
        ("batch.size", "0", 0, "1"),
        ("linger.ms", "9223372036854775807", 2**31 - 1, "900000"),
        ("linger.ms", "+5", 5, "5"),
    ],
)
def test_a_number_that_only_java_takes_becomes_the_nearest(
    name: str, value: str, python: int, fast: str
) -> None:
    known = PROPERTIES[name]
    role = next(iter(known.roles))
    assert kafka_python({name: value}, role) == {known.kafka_python: python}
    assert librdkafka({name: value}, role) == {known.librdkafka: fast}
    for client, got in (("kafka-python", python), ("librdkafka", int(fast))):
        assert moved(name, value, client) == (None if got == int(value) else got)


def test_blanks_around_a_value_are_taken_off_as_java_does_it() -> None:
    assert canonical({"acks": "all\t", "security.protocol": " PLAINTEXT \r", "sasl.password": " p "}) == {
        "acks": "all",
        "security.protocol": "PLAINTEXT",
        "sasl.password": " p ",
    }


def test_javas_assignors_are_known_by_class_and_by_name() -> None:
    java = {"partition.assignment.strategy": "org.apache.kafka.clients.consumer.RangeAssignor, roundrobin"}
    assert kafka_python(java, Role.CONSUMER)["partition_assignment_strategy"] == ["range", "roundrobin"]
    assert librdkafka(java, Role.CONSUMER)["partition.assignment.strategy"] == "range,roundrobin"


def test_librdkafkas_names_reach_kafka_python_where_they_map() -> None:
    values = canonical({"queue.buffering.max.ms": "7", "socket.timeout.ms": "9", "sasl.mechanisms": "PLAIN"})
    assert values == {"linger.ms": "7", "request.timeout.ms": "9", "sasl.mechanism": "PLAIN"}


def test_a_login_module_gives_user_and_password() -> None:
    assert canonical({"sasl.jaas.config": JAAS}) == {
        "sasl.username": "alice",
        "sasl.password": 'a "b";c=d',
    }
    with pytest.raises(UsageError, match="Krb5LoginModule"):
        security.jaas("com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;")


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_user_and_password_survive_the_quotes_of_a_login_module(user: str, password: str) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = f"a.b.PlainLoginModule required username={quoted(user)} password={quoted(password)};"
    assert security.jaas(text) == {"sasl.username": user, "sasl.password": password}


SASL = {
    "security.protocol": "sasl_ssl",
    "sasl.mechanism": "plain",
    "sasl.username": "u",
    "sasl.password": "p",
}


def test_sasl_and_tls_reach_both_clients() -> None:
    values = {
        **SASL,
        "ssl.truststore.location": "/ca.pem",
        "ssl.truststore.type": "PEM",
        "ssl.keystore.location": "/me.pem",
        "ssl.keystore.type": "PEM",
        "ssl.key.password": "k",
        "ssl.endpoint.identification.algorithm": "",
    }
    assert kafka_python(values, Role.ADMIN) == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "u",
        "sasl_plain_password": "p",
        "ssl_cafile": "/ca.pem",
        "ssl_certfile": "/me.pem",
        "ssl_keyfile": "/me.pem",
        "ssl_password": "k",
        "ssl_check_hostname": False,
    }
    assert librdkafka(values, Role.ADMIN) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "u",
        "sasl.password": "p",
        "ssl.ca.location": "/ca.pem",
        "ssl.certificate.location": "/me.pem",
        "ssl.key.location": "/me.pem",
        "ssl.key.password": "k",
        "ssl.endpoint.identification.algorithm": "none",
    }


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"security.protocol": "TLS"}, "TLS"),
        ({"security.protocol": "SASL_SSL"}, r"sasl\.mechanism is missing"),
        ({**SASL, "sasl.mechanism": "OAUTHBEARER"}, "OAUTHBEARER"),
        ({**SASL, "sasl.password": ""}, r"needs sasl\.password"),
        ({"sasl.username": "u"}, r"without security\.protocol"),
        ({"ssl.truststore.location": "/a.jks"}, "not JKS"),
        ({"ssl.keystore.location": "/a.p12", "ssl.keystore.type": "PKCS12"}, "not PKCS12"),
    ],
)
def test_security_that_cant_be_is_an_error_and_never_ignored(values: dict[str, str], told: str) -> None:
    for client in (lambda v: kafka_python(v, Role.ADMIN), lambda v: librdkafka(v, Role.ADMIN)):
        with pytest.raises(UsageError, match=told) as error:
            client(values)
        assert error.value.hint


@pytest.mark.parametrize("name", ["sasl.login.callback.handler.class", "ssl.truststore.certificates"])
def test_security_that_only_java_can_do_is_refused_from_every_source(name: str) -> None:
    with pytest.raises(UsageError, match="not supported"):
        accepted({name: Setting(name, "x", "client.properties:1")})


def test_the_newer_group_protocol_takes_none_of_the_classic_settings() -> None:
    newer = {"group.protocol": "consumer"}
    check_group_protocol(newer, "librdkafka", [])
    check_group_protocol({}, "kafka-python", ["session-timeout"])
    with pytest.raises(UsageError) as error:
        check_group_protocol(newer, "kafka-python", [])
    assert "[fast]" in (error.value.hint or "")
    with pytest.raises(UsageError, match="--session-timeout"):
        check_group_protocol(newer, "librdkafka", ["session-timeout"])
    with pytest.raises(UsageError, match="assignment"):
        check_group_protocol({**newer, "partition.assignment.strategy": "range"}, "librdkafka", [])


def test_a_buffer_of_minus_one_is_left_to_the_system() -> None:
    values = {"send.buffer.bytes": "-1", "receive.buffer.bytes": "65536"}
    assert kafka_python(values, Role.ADMIN) == {"send_buffer_bytes": None, "receive_buffer_bytes": 65536}
    assert librdkafka(values, Role.ADMIN) == {
        "socket.send.buffer.bytes": "0",
        "socket.receive.buffer.bytes": "65536",
    }


def test_secrets_are_known_by_name() -> None:
    secret = {"sasl.password", "ssl.key.password", "sasl.jaas.config", "ssl.keystore.key", "ssl.key.pem"}
    assert all(map(is_secret, secret))
    assert not any(map(is_secret, PROPERTIES))
