"""A broker that wants a log-in, and secrets that never show."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from kafka import KafkaProducer

from tests.consume_harness import CLIENTS, eventually
from tests.private_kafka import PrivateKafka

USER, PASSWORD = "eventq", "eventq-secret"
WRONG = "wrong-and-secret"
MODULES = {"PLAIN": "plain.PlainLoginModule", "SCRAM-SHA-512": "scram.ScramLoginModule"}


def eventq(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eventq", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90, env=environment)


def client_properties(folder: Path, mechanism: str = "PLAIN") -> str:
    """As Java programs have it, but that the password stands in a variable."""
    path = folder / "client.properties"
    path.write_text(
        "security.protocol=SASL_PLAINTEXT\n"
        f"sasl.mechanism={mechanism}\n"
        f"sasl.jaas.config=org.apache.kafka.common.security.{MODULES[mechanism]} required \\\n"
        f'  username="{USER}" password="${{env:KAFKA_PASSWORD}}";\n'
    )
    return str(path)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("mechanism", MODULES)
def test_a_client_properties_file_of_java_logs_in_over_both_clients(
    sasl_kafka: PrivateKafka, tmp_path: Path, mechanism: str, client: str
) -> None:
    config = ["-b", sasl_kafka.bootstrap, "--command-config", client_properties(tmp_path, mechanism)]
    done = eventq("lag", "--all-groups", "--client", client, *config, KAFKA_PASSWORD=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")


def test_members_of_a_group_log_in_too(sasl_kafka: PrivateKafka, tmp_path: Path) -> None:
    config = ["-b", sasl_kafka.bootstrap, "--command-config", client_properties(tmp_path)]
    topic = f"sasl-{uuid.uuid4().hex[:8]}"
    made = eventq("topic", "create", topic, "--partitions", "2", *config, KAFKA_PASSWORD=PASSWORD)
    assert made.returncode == 0, made.stderr
    producer = KafkaProducer(bootstrap_servers=sasl_kafka.plain_bootstrap)
    for n in range(10):
        producer.send(topic, b"x", partition=n % 2)
    producer.close()
    goal = ["--from-beginning", "-n", "10", "--format", "raw", "--timeout", "60s", "-o", "json"]
    done = eventq("consume", "-t", topic, "--count", "2", *goal, *config, KAFKA_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["processed"] == 10


COMMANDS = {
    "lag": ("lag", "--all-groups"),
    "produce": ("produce", "-n", "1"),
    "produce by two workers": ("produce", "-n", "2", "--workers", "2"),
    "consume": ("consume", "-n", "1"),
    "topic": ("topic", "list"),
    "group": ("group", "list"),
}


def failed_logins(kafka: PrivateKafka) -> int:
    """As the broker has logged them."""
    return kafka.node().log.read_text(encoding="utf-8").count("Failed authentication")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_a_wrong_password_is_tried_once_and_named_without_showing_it(
    sasl_kafka: PrivateKafka, tmp_path: Path, command: str, client: str, mechanism: str
) -> None:
    before = failed_logins(sasl_kafka)
    config = ["-b", sasl_kafka.bootstrap, "--command-config", client_properties(tmp_path, mechanism)]
    patient = ["--client", client, "-v", "--debug", *config, "--connect-timeout", "1h"]
    done = eventq(*COMMANDS[command], *patient, KAFKA_PASSWORD=WRONG)
    assert done.returncode == 1
    assert f"authentication failed at {sasl_kafka.bootstrap} as {USER} by {mechanism}" in done.stderr
    assert WRONG not in done.stdout + done.stderr
    eventually(lambda: failed_logins(sasl_kafka) > before, "the broker has logged it")
    # a client that the machine leaves no time may have begun another before it could be told to stop
    assert failed_logins(sasl_kafka) <= before + 2


@pytest.mark.parametrize("client", CLIENTS)
def test_a_listener_that_wants_sasl_and_gets_none_is_named_with_what_it_offers(
    sasl_kafka: PrivateKafka, client: str
) -> None:
    done = eventq(
        "lag", "--all-groups", "-b", sasl_kafka.bootstrap, "--client", client, "--connect-timeout", "1s"
    )
    assert done.returncode == 1
    assert f"{sasl_kafka.bootstrap} speaks SASL_PLAINTEXT, and security.protocol is PLAINTEXT" in done.stderr
    assert "sasl.mechanism (the listener offers PLAIN, " in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_a_listener_without_sasl_is_named_at_once(
    sasl_kafka: PrivateKafka, tmp_path: Path, client: str
) -> None:
    config = ["-b", sasl_kafka.plain_bootstrap, "--command-config", client_properties(tmp_path)]
    patient = ["--client", client, "--connect-timeout", "1h"]
    done = eventq("lag", "--all-groups", *config, *patient, KAFKA_PASSWORD=PASSWORD)
    assert done.returncode == 1
    assert (
        f"{sasl_kafka.plain_bootstrap} speaks PLAINTEXT, and security.protocol is SASL_PLAINTEXT"
        in done.stderr
    )
    assert "give security.protocol=PLAINTEXT" in done.stderr


def test_kerberos_that_the_listener_does_not_offer_is_an_error_without_a_user(
    sasl_kafka: PrivateKafka,
) -> None:
    kerberos = ["-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=GSSAPI"]
    done = eventq("topic", "list", "-b", sasl_kafka.bootstrap, *kerberos, "--connect-timeout", "1h")
    assert done.returncode == 1
    assert f"authentication failed at {sasl_kafka.bootstrap} by GSSAPI" in done.stderr
    assert "the listener offers sasl.mechanism PLAIN, " in done.stderr
