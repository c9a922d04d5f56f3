"""A real broker that has seconds of work to load its groups: what was waiting for it gets its answers."""

import struct
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Producer
from kafka import KafkaAdminClient

from eventq.broker.local import probe
from tests.consume_harness import CLIENTS, DEADLINE, eventually
from tests.group_fixture import GroupFixture
from tests.private_kafka import PrivateKafka

COMMANDS = {
    "lag -g GROUP": "total lag 160",
    "lag --all-groups": "total lag 160",
    "group describe GROUP": "lag 160",
    "consume -g GROUP -t TOPIC --count 1 --until-end --format raw": "160",
}
_PARTITIONS = 50
_BATCHES = 100_000


@pytest.fixture
def burdened() -> Iterator[PrivateKafka]:
    """It reads its many commits batch by batch."""
    kafka = PrivateKafka("--small", "-c", "offsets.load.buffer.size=1")
    yield kafka
    kafka.remove()


def burden(bootstrap: str) -> None:
    """Removed commits, each a batch of its own, in every partition of the offsets topic.

    Brokers take them as they are from their own administration alone, which shows by its client id.
    """
    ours = {"client.id": "__admin_client", "queue.buffering.max.messages": _BATCHES + 1, "log_level": 0}
    producer = Producer({"bootstrap.servers": bootstrap, "batch.num.messages": 1, "linger.ms": 0, **ours})
    commit, group, topic = struct.pack(">h", 1), _text(b"burden"), _text(b"nothing")
    for n in range(_BATCHES):
        key = commit + group + topic + struct.pack(">i", n)
        producer.produce("__consumer_offsets", None, key, partition=n % _PARTITIONS)
    assert producer.flush(DEADLINE) == 0


def _text(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text


def ask(
    kafka: PrivateKafka, fixture: GroupFixture, words: str, client: str, group: str
) -> "subprocess.CompletedProcess[str]":
    named = words.replace("GROUP", group).replace("TOPIC", fixture.topic).split()
    to = ["-b", kafka.bootstrap, "--client", client, "--connect-timeout", "60s"]
    command = [sys.executable, "-m", "eventq", *named, *to]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


def test_whoever_waits_for_the_broker_waits_for_its_groups_too(burdened: PrivateKafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=burdened.bootstrap)
    fixture = GroupFixture(burdened.bootstrap, admin)
    runs = [
        (words, client, f"{fixture.group}-{n}-{client}")
        for n, words in enumerate(COMMANDS)
        for client in CLIENTS
    ]
    for run in runs:
        fixture.commit(10, 30, group=run[-1])
    admin.close()
    burden(burdened.bootstrap)
    burdened.stop()
    with ThreadPoolExecutor(len(runs) + 1) as pool:
        asked = [pool.submit(ask, burdened, fixture, *run) for run in runs]
        up = pool.submit(burdened.up)
        eventually(lambda: probe.brokers(burdened.port), "it answers")
        loaded = probe.serves_groups(burdened.port)
        up.result()
        loaded_when_up = probe.serves_groups(burdened.port)
        answers = [each.result() for each in asked]
    assert (loaded, loaded_when_up) == (False, True)
    for (words, client, _), done in zip(runs, answers, strict=True):
        assert done.returncode == 0, (words, client, done)
        assert COMMANDS[words] in done.stdout, (words, client, done)
