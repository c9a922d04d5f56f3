"""Topics, events and consume runs on a real broker, for the tests of `eventq consume`."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

DEADLINE = 60.0
CLIENTS = ("kafka-python", "librdkafka")
either_client = pytest.mark.parametrize("harness", ["librdkafka"], indirect=True)
"""For a promise that no client has a part in: tested over one."""


def purchase(n: int = 0) -> bytes:
    return b'{"productId":"%s","price":%d.5,"purchasedAt":%d}' % (
        str(uuid.UUID(int=n + 1)).encode(),
        n % 10000,
        1_700_000_000_000 + n,
    )


def eventually(happened: Callable[[], Any], what: str) -> Any:
    """The first true answer of `happened`; a failure that names `what` if there is none in time."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        answer = happened()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


class Run:
    """A finished run: exit code, both streams, the report."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.out, self.err = code, out.decode(), err.decode()

    @property
    def report(self) -> Any:
        assert self.code in {0, 1, 124, 130, 143}, self.err
        return json.loads(self.out)

    @property
    def committed(self) -> dict[int, int]:
        return {row["partition"]: row["offset"] for row in self.report["committed"]}


class ConsumeHarness:
    def __init__(self, bootstrap: str, client: str = "auto") -> None:
        self.bootstrap = bootstrap
        self.client = client
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.topic = f"consume-{uuid.uuid4().hex[:12]}"
        self.group = f"group-{uuid.uuid4().hex[:12]}"
        self._processes: list[subprocess.Popen[bytes]] = []

    def create(self, partitions: int = 3) -> None:
        self.admin.create_topics({self.topic: {"num_partitions": partitions, "replication_factor": 1}})

    def send(self, values: Iterable[bytes | None], partition: int | None = None, **settings: Any) -> None:
        """`values` round robin over three partitions, or all to `partition`."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, **settings)
        for n, value in enumerate(values):
            at = n % 3 if partition is None else partition
            producer.send(self.topic, value, key=b"k" if value is None else None, partition=at)
        producer.flush()
        producer.close()

    def fill(self, count: int) -> None:
        self.send(purchase(n) for n in range(count))

    def flood(self, count: int) -> None:
        """Many events, in order over six partitions."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "queue.buffering.max.messages": count})
        for n in range(count):
            producer.produce(self.topic, purchase(n), partition=n % 6)
        producer.flush()

    def start(self, *options: str, **popen: Any) -> "subprocess.Popen[bytes]":
        to = ["-b", self.bootstrap, "-t", self.topic, "-g", self.group, "--client", self.client]
        quick = [] if "group.protocol=consumer" in options else ["--heartbeat-interval", "300ms"]
        arguments = ["consume", *to, *quick, *options]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        return self.python("eventq", *arguments, **streams)

    def churn(self, starts: int) -> "subprocess.Popen[bytes]":
        """Many members that come and go; at the end it prints what they said."""
        to = [self.client, self.bootstrap, self.topic, self.group]
        return self.python("tests.churn", *to, str(starts), stdout=subprocess.PIPE)

    def python(self, module: str, *arguments: str, **popen: Any) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], **popen)
        self._processes.append(process)
        return process

    def finish(self, process: "subprocess.Popen[bytes]") -> Run:
        out, err = process.communicate(timeout=DEADLINE)
        return Run(process.returncode, out or b"", err or b"")

    def run(self, *options: str) -> Run:
        return self.finish(self.start(*options))

    def consume(self, *options: str) -> Run:
        """From the beginning, with a JSON report."""
        return self.run("--from-beginning", "-o", "json", *options)

    def committed(self) -> dict[int, int]:
        found = self.admin.list_group_offsets({self.group: None}).get(self.group, {})
        return {at.partition: kept.offset for at, kept in found.items()}

    def delete_before(self, partition: int, offset: int) -> None:
        self.admin.delete_records({TopicPartition(self.topic, partition): offset})

    def members(self) -> int:
        """How many the group has now, as its coordinator counts them."""
        return len(self.shares())

    def shares(self) -> list[int]:
        """How many partitions each member has, as the group's coordinator knows it."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        try:
            described = admin.describe_consumer_groups([self.group])[self.group].result()
        except KafkaException:
            return []
        return [len(member.assignment.topic_partitions) for member in described.members]

    def busy(self) -> bool:
        """Whether something has been committed beyond the start."""
        return sum(self.committed().values()) > 0

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self.admin.close()


def over_both_clients(bootstrap: str) -> Iterator[list[ConsumeHarness]]:
    harnesses = [ConsumeHarness(bootstrap, client) for client in CLIENTS]
    yield harnesses
    for harness in harnesses:
        harness.close()


def members_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """The pids of a run's member processes."""
    return [pid for server in children(process.pid) for pid in children(server)]


def children(pid: int) -> Sequence[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    return [int(child) for child in text.split()]


def alive(pid: int) -> bool:
    """A zombie has ended too."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rsplit(")", 1)[1].split()[0] != "Z"
