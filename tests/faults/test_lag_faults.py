"""`eventq lag` on a cluster that lost a broker: what is known is shown, what is not says why."""

import json
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import CLIENTS, eventually
from tests.private_kafka import PrivateKafka


def lag(cluster: PrivateKafka, client: str, *options: str) -> "subprocess.CompletedProcess[str]":
    first = cluster.bootstrap.split(",", maxsplit=1)[0]  # a paused node would keep a start waiting
    shared = ["-b", first, "--client", client, "--connect-timeout", "3s"]
    command = [sys.executable, "-m", "eventq", "lag", *options, *shared]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def groups_of(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    return {group["group"]: group for group in json.loads(done.stdout)["groups"]}


def harness(cluster: PrivateKafka) -> tuple[str, list[str]]:
    """A topic with a partition of 10 records on each node, and three groups that have read 4 of each."""
    name = f"cut-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    admin.create_topics({name: {"num_partitions": 3, "replication_factor": 1}})
    admin.wait_for_topics([name])
    producer = KafkaProducer(bootstrap_servers=cluster.bootstrap)
    for n in range(30):
        producer.send(name, b"x", partition=n % 3)
    producer.close()
    groups = [f"{name}-{n}" for n in range(3)]
    commits = {TopicPartition(name, n): OffsetAndMetadata(4, "", -1) for n in range(3)}
    for group in groups:

        def committed(group: str = group) -> Any:
            admin.alter_group_offsets(group, commits)
            return admin.list_group_offsets({group: None}).get(group)

        eventually(committed, f"{group} commits")
    admin.close()
    return name, groups


@pytest.mark.parametrize("kind", ["kill", "pause"])
def test_a_broker_that_is_away_takes_nothing_with_it_but_its_partition(
    cluster: PrivateKafka, kind: str
) -> None:
    topic, groups = harness(cluster)
    for client in CLIENTS:
        whole = lag(cluster, client, "-t", topic, "-o", "json")
        assert (whole.returncode, {g["lag"] for g in groups_of(whole).values()}) == (0, {18})
    getattr(cluster, kind)(3)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda client: shows_the_rest(cluster, client, groups), CLIENTS))


def shows_the_rest(cluster: PrivateKafka, client: str, groups: list[str]) -> None:
    named = [word for group in groups for word in ("-g", group)]

    def coordinated() -> "subprocess.CompletedProcess[str] | None":
        found = lag(cluster, client, *named, "-o", "json")
        assert found.stdout, found.stderr
        away = found.returncode == 1 and not any(group["error"] for group in groups_of(found).values())
        return found if away else None

    done = eventually(coordinated, "coordinators on the other two")
    for group in groups_of(done).values():
        parts = group["partitions"]
        assert sorted(part["status"] for part in parts) == ["error", "ok", "ok"]
        assert [part["lag"] for part in parts if part["status"] == "ok"] == [6, 6]
        assert all(part["error"] and part["lag"] is None for part in parts if part["status"] == "error")
        assert (group["lag"], group["max_lag"]) == (None, None)
    text = lag(cluster, client, *named)
    assert text.returncode == 1
    assert text.stdout.count("total lag >= 12") == 3
    every = lag(cluster, client, "-o", "json")
    assert every.returncode == 1
    assert set(groups) <= groups_of(every).keys()
