"""Of three brokers two are away, dead or hung, and stand first in the list: every command finds the third."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import CLIENTS, eventually
from tests.private_kafka import PrivateKafka

AWAY = (2, 3)
DEADLINE = 150.0


class LeftAlone:
    """A topic with a partition on each node, ten records in each, and a group that has read four of each."""

    def __init__(self, cluster: PrivateKafka) -> None:
        self.bootstrap = ",".join(sorted(cluster.bootstrap.split(","), key=self._away(cluster)))
        self.topic = f"left-{uuid.uuid4().hex[:8]}"
        admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
        admin.create_topics({self.topic: {"num_partitions": 3, "replication_factor": 1}})
        admin.wait_for_topics([self.topic])
        leaders = {row["partition_index"]: row["leader_id"] for row in self._partitions(admin)}
        (self.partition,) = (partition for partition, leader in leaders.items() if leader == 1)
        producer = KafkaProducer(bootstrap_servers=cluster.bootstrap)
        for n in range(30):
            producer.send(self.topic, b"x", partition=n % 3)
        producer.close()
        self.group = eventually(lambda: self._group_on_the_first(admin), "a group that node 1 coordinates")
        commits = {TopicPartition(self.topic, n): OffsetAndMetadata(4, "", -1) for n in range(3)}
        admin.alter_group_offsets(self.group, commits)
        admin.close()

    def _away(self, cluster: PrivateKafka) -> Any:
        first = cluster.bootstrap.split(",", maxsplit=1)[0]
        return lambda address: address == first

    def _partitions(self, admin: KafkaAdminClient) -> Any:
        return admin.describe_topics([self.topic])[0]["partitions"]

    def _group_on_the_first(self, admin: KafkaAdminClient) -> str | None:
        name = f"{self.topic}-{uuid.uuid4().hex[:8]}"
        found = admin._manager.run(admin._find_coordinator_ids, [name])
        return name if found[name] == 1 else None

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "eventq", *arguments, "-b", self.bootstrap]
        return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


@pytest.fixture(params=["kill", "pause"])
def alone(cluster: PrivateKafka, request: pytest.FixtureRequest) -> Iterator[LeftAlone]:
    left = LeftAlone(cluster)
    for number in AWAY:
        getattr(cluster, request.param)(number)
    yield left
    for number in AWAY:
        cluster.resume(number)


def over_both_clients(left: LeftAlone, *arguments: str) -> "list[subprocess.CompletedProcess[str]]":
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(lambda client: left.run(*arguments, "--client", client), CLIENTS))


def test_what_the_living_broker_knows_is_shown_and_what_it_leads_is_used(alone: LeftAlone) -> None:
    brief = ("--connect-timeout", "10s")
    without_id = ("--acks", "1")  # a producer id may need the controllers, most of which are away
    sending = ("produce", "-t", alone.topic, "--partition", str(alone.partition), "-n", "5", *without_id)
    both = [
        (*words, "--client", client)
        for words in (("lag", "-o", "json", *brief), sending)
        for client in CLIENTS
    ]
    with ThreadPoolExecutor(3) as pool:
        *lags, first, second, topics, groups = pool.map(
            lambda words: alone.run(*words), [*both, ("topic", "list"), ("group", "list", *brief)]
        )
    for done in lags:
        shows_the_rest(alone, done)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert topics.returncode == 0, topics.stderr
    assert alone.topic in topics.stdout
    assert groups.returncode == 1
    assert alone.group in groups.stdout


def shows_the_rest(alone: LeftAlone, done: "subprocess.CompletedProcess[str]") -> None:
    assert done.returncode == 1, done.stderr
    assert "did not list its groups" in done.stderr
    groups = {group["group"]: group for group in json.loads(done.stdout)["groups"]}
    parts = {part["partition"]: part for part in groups[alone.group]["partitions"]}
    assert 6 <= parts[alone.partition]["lag"] <= 16
    assert [part["status"] for part in parts.values()].count("error") == len(AWAY), parts
    assert [part["lag"] for part in parts.values()].count(None) == len(AWAY)
