"""Start-up is a feature: what a call does not need is not imported."""

import subprocess
import sys
import uuid

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from eventq.cli import COMMANDS

CLIENTS = {"kafka", "confluent_kafka", "orjson"}


def imported(*arguments: str) -> set[str]:
    """The top-level packages that such a call loads."""
    command = [sys.executable, "-X", "importtime", "-m", "eventq", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def test_the_version_loads_nothing_but_itself() -> None:
    assert not imported("--version") & {
        *CLIENTS,
        "typer",
        "rich",
        "pydantic",
        "logging",
        "importlib.metadata",
    }


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_loads_no_client(command: list[str]) -> None:
    assert not imported(*command, "--help") & {*CLIENTS, "pydantic", "multiprocessing", "ssl"}


@pytest.mark.parametrize(("client", "other"), [("kafka-python", "confluent_kafka"), ("librdkafka", "kafka")])
def test_lag_loads_one_client_and_nothing_for_another_format(bootstrap: str, client: str, other: str) -> None:
    topic, group = (f"start-up-{uuid.uuid4().hex[:8]}" for _ in range(2))
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
    admin.wait_for_topics([topic])
    admin.alter_group_offsets(group, {TopicPartition(topic, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    loaded = imported("lag", "-b", bootstrap, "-g", group, "--client", client)
    assert not loaded & {other, "pydantic", "orjson", "rich", "multiprocessing", "tomllib"}
