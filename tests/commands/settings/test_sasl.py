"""A broker that wants a log-in, and secrets that never show."""

import json
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kafka import KafkaProducer

from tests.consume_harness import CLIENTS
from tests.private_kafka import PrivateKafka

USER, PASSWORD = "eventq", "eventq-secret"
WRONG = "wrong-and-secret"
MODULES = {"PLAIN": "plain.PlainLoginModule", "SCRAM-SHA-512": "scram.ScramLoginModule"}


def eventq(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eventq", *arguments, "--connect-timeout", "5s"]
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


def over_both_clients(*arguments: str, **environment: str) -> "list[subprocess.CompletedProcess[str]]":
    """At the same time: who is refused tries on until the connect timeout."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda client: eventq(*arguments, "--client", client, **environment), CLIENTS))


def test_a_wrong_password_is_an_error_that_names_the_address_and_not_the_password(
    sasl_kafka: PrivateKafka, tmp_path: Path
) -> None:
    config = ["-b", sasl_kafka.bootstrap, "--command-config", client_properties(tmp_path)]
    for done in over_both_clients("lag", "--all-groups", "-v", "--debug", *config, KAFKA_PASSWORD=WRONG):
        assert done.returncode == 1
        assert f"authentication failed at {sasl_kafka.bootstrap} as {USER}" in done.stderr
        assert WRONG not in done.stdout + done.stderr


def test_a_listener_that_wants_sasl_and_gets_none_is_an_error_with_that_cause(
    sasl_kafka: PrivateKafka,
) -> None:
    for done in over_both_clients("lag", "--all-groups", "-b", sasl_kafka.bootstrap):
        assert done.returncode == 1
        assert sasl_kafka.bootstrap in done.stderr
        assert "need TLS or SASL" in done.stderr
