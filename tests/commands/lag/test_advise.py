"""`eventq lag advise` against a real broker and real groups whose work is known."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from kafka import KafkaAdminClient, KafkaProducer
from kafka import TopicPartition as Place
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import eventually
from tests.in_process import Done, eventq
from tests.json_docs import documented, shape
from tests.private_kafka import PrivateKafka

QUICK = ("--window", "6s", "--interval", "200ms")


class World:
    """A topic of its own, a group that is started when asked for."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.topic = self.group = f"advise-{uuid.uuid4().hex[:8]}"
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def create(self, partitions: int, **configs: str) -> None:
        wish = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
        self.admin.create_topics({self.topic: wish})
        self.admin.wait_for_topics([self.topic])

    def send(self, count: int, partitions: int, key: bytes | None = None) -> None:
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        for n in range(count):
            producer.send(self.topic, b"x" * 100, key, partition=n % partitions)
        producer.flush()
        producer.close()

    def commit(self, offset: int) -> None:
        at = OffsetAndMetadata(offset, "", -1)
        self.admin.alter_group_offsets(self.group, {Place(self.topic, 0): at})

    @contextmanager
    def running(self, *words: str) -> Iterator[None]:
        """An eventq command in a process of its own, stopped at the end."""
        command = [sys.executable, "-m", "eventq", *words, "-b", self.bootstrap, "-t", self.topic, "-q"]
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
        try:
            yield
        finally:
            process.terminate()
            process.wait()

    @contextmanager
    def consuming(self, members: int) -> Iterator[None]:
        """Each does 100 events per second at most; all of them have committed once."""
        before = self.total()
        options = "--format raw --from-beginning --work 10ms --commit-interval 500ms"
        with self.running("consume", "-g", self.group, "--count", str(members), *options.split()):
            eventually(lambda: self.total() > before, "the members commit")
            yield

    def total(self) -> int:
        found = self.admin.list_group_offsets({self.group: None}).get(self.group, {})
        return sum(at.offset for at in found.values())

    def eventq(self, *words: str) -> Done:
        return eventq("lag", *words, "-b", self.bootstrap)

    def advise(self, *words: str, code: int = 0) -> Any:
        done = self.eventq("advise", "-g", self.group, "-o", "json", *words)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def world(bootstrap: str) -> Iterator[World]:
    world = World(bootstrap)
    yield world
    world.admin.close()


def test_a_group_scaled_as_advised_reaches_its_target_and_its_capacity_is_that_of_its_work(
    world: World,
) -> None:
    world.create(4)
    world.send(4000, 4)
    with world.running("produce", "-r", "120"):
        with world.consuming(1):
            found = world.advise(*QUICK, "--target-lag", "600", "--within", "30s")
            keda = world.eventq("advise", "-g", world.group, "-o", "keda", *QUICK)
            text = world.eventq("advise", "-g", world.group, *QUICK).stdout
        assert found["capacity"] == pytest.approx(100, rel=0.1)
        assert found["arrival"] == pytest.approx(120, rel=0.1)
        assert (found["keep_up"], found["drain"], found["helps"]) == (2, 4, "members")
        assert (found["useful"], found["hot"]) == ([1, 2, 4], None)
        assert shape({**found, "hot": None}) == shape(
            {**documented("eventq lag advise -o json"), "hot": None}
        )
        assert text.splitlines()[0].startswith(f"{world.group}: 1 more member would keep up")
        assert max(map(len, text.splitlines())) <= 80
        _is_a_scaled_object(yaml.safe_load(keda.stdout), world)
        with world.consuming(found["drain"]):
            done = world.eventq("wait", "-g", world.group, "--max-lag", "600", "--timeout", "90s")
            assert done.returncode == 0, done.stderr


def _is_a_scaled_object(found: Any, world: World) -> None:
    assert (found["apiVersion"], found["kind"]) == ("keda.sh/v1alpha1", "ScaledObject")
    spec = found["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"], spec["cooldownPeriod"]) == (1, 4, 60)
    assert spec["scaleTargetRef"] == {"name": world.group}
    (trigger,) = spec["triggers"]
    assert trigger["type"] == "kafka"
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert trigger["metadata"]["bootstrapServers"] == world.bootstrap
    assert (trigger["metadata"]["consumerGroup"], trigger["metadata"]["topic"]) == (world.group, world.topic)
    assert int(trigger["metadata"]["lagThreshold"]) == pytest.approx(100 * 15.5, rel=0.15)


def test_against_a_hot_key_neither_helps_and_it_is_named(world: World) -> None:
    world.create(4)
    world.send(2000, 1, b"customer:7")
    producer = KafkaProducer(bootstrap_servers=world.bootstrap)
    with world.running("produce", "-r", "150", "--key", "customer:1"), world.consuming(2):
        found = world.advise(*QUICK)
        text = world.eventq("advise", "-g", world.group, *QUICK).stdout
    producer.close()
    assert (found["helps"], found["keep_up"]) == ("neither", None)
    assert found["hot"]["keys"][0]["share"] > 0.5
    assert found["hot"]["keys"][0]["key"] is not None
    assert found["speed_up_needed"] > 1
    assert "Neither members nor partitions help" in text


def test_without_members_it_says_to_start_them_and_when_unread_records_may_be_deleted(world: World) -> None:
    world.create(1, **{"retention.ms": "600000", "retention.bytes": "1000000000"})
    world.send(50, 1)
    world.commit(10)
    found = world.advise("--window", "500ms", "--interval", "100ms")
    assert (found["capacity"], found["capacity_at_least"], found["helps"]) == (None, None, None)
    assert "start its consumers" in found["evidence"][0]
    assert 0 < found["data_dies_not_before_seconds"] <= 600
    done = world.eventq("advise", "-g", world.group, "-o", "keda", "--window", "500ms", "--interval", "100ms")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no threshold can be given" in done.stderr


def test_what_is_kept_for_ever_has_no_clock(world: World) -> None:
    world.create(1, **{"cleanup.policy": "compact", "retention.ms": "1000"})
    world.send(50, 1, b"k")
    world.commit(10)
    found = world.advise("--window", "500ms", "--interval", "100ms")
    assert found["data_dies_not_before_seconds"] is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-g", "no-such-group"), 4, "no such group: no-such-group"),
        (("-g", "x", "--target-lag", "5"), 2, "--target-lag does nothing without --within"),
        (("-g", "x", "--within", "5m"), 2, "--within does nothing without --target-lag"),
        (("-g", "x", "--window", "1s", "--interval", "1s"), 2, "has no room"),
        (("-g", "x", "-o", "csv"), 2, "no such format"),
        ((), 2, "no group was named"),
    ],
)
def test_a_call_that_means_nothing_or_a_group_that_is_not_there_has_its_exit_code(
    bootstrap: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = eventq("lag", "advise", *words, "-b", bootstrap)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@pytest.fixture(scope="module")
def deleting() -> Iterator[str]:
    """A broker that looks for what is to be deleted each second."""
    kafka = PrivateKafka("--small", "-c", "log.retention.check.interval.ms=1000")
    yield kafka.bootstrap
    kafka.remove()


def test_records_are_not_lost_before_the_clock_that_warned_of_it(deleting: str) -> None:
    world = World(deleting)
    configs = {"retention.ms": "12000", "segment.ms": "2000", "file.delete.delay.ms": "0"}
    world.create(1, **configs)
    world.send(50, 1)
    world.commit(10)
    found = world.advise("--window", "500ms", "--interval", "100ms")
    left = found["data_dies_not_before_seconds"]
    assert found["lag"] == 40
    assert 0 < left <= 12
    begun = _seconds(found["at"])
    lost_at = eventually(lambda: _lost_at(world), "the records are deleted")
    assert lost_at - begun >= left
    world.admin.close()


def _lost_at(world: World) -> float | None:
    """When some were seen to be lost; one record more closes the segment they are in."""
    world.send(1, 1)
    done = eventq("lag", "-g", world.group, "-o", "json", "-b", world.bootstrap)
    found = json.loads(done.stdout)
    return _seconds(found["at"]) if found["groups"][0]["lost"] else None


def _seconds(at: str) -> float:
    from eventq.core.timestamps import first_millisecond

    return first_millisecond(at) / 1000
