"""Produce runs on a real broker, and the records that they left."""

import json
import os
import subprocess
import sys
import uuid
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec

DEADLINE = 90.0


class Run:
    """A finished run: exit code, both streams, the report."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.out, self.err = code, out.decode(), err.decode()

    @property
    def report(self) -> Any:
        assert self.out.startswith("{"), self.err
        return json.loads(self.out)


class ProduceHarness:
    """One topic, which does not exist until a run or `create` makes it."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self._admin: KafkaAdminClient | None = None
        self.topic = f"produce-{uuid.uuid4().hex[:12]}"
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def admin(self) -> KafkaAdminClient:
        self._admin = self._admin or KafkaAdminClient(bootstrap_servers=self.bootstrap)
        return self._admin

    def create(self, partitions: int = 3, **configs: str) -> None:
        wish = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
        self.admin.create_topics({self.topic: wish})
        self.admin.wait_for_topics([self.topic])

    def start(self, *options: str, **popen: Any) -> "subprocess.Popen[bytes]":
        arguments = ["produce", "-b", self.bootstrap, "-t", self.topic, *options]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        process = subprocess.Popen([sys.executable, "-m", "eventq", *arguments], **streams)
        self._processes.append(process)
        return process

    def finish(self, process: "subprocess.Popen[bytes]", data: bytes | None = None) -> Run:
        out, err = process.communicate(data, timeout=DEADLINE)
        return Run(process.returncode, out or b"", err or b"")

    def run(self, *options: str, data: bytes | None = None, **environment: str) -> Run:
        """`data` is standard input; `environment` adds to ours."""
        stdin = None if data is None else subprocess.PIPE
        process = self.start(*options, stdin=stdin, env={**os.environ, **environment})
        return self.finish(process, data)

    def produce(self, *options: str, data: bytes | None = None) -> Run:
        """With a JSON report."""
        return self.run("-o", "json", *options, data=data)

    def partitions(self) -> int:
        return len(self.admin.describe_topics([self.topic])[0]["partitions"])

    def records(self, isolation: str = "read_uncommitted") -> list[Any]:
        """Every record of the topic, by partition and offset."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", isolation_level=isolation
        )
        parts = [TopicPartition(self.topic, p) for p in range(self.partitions())]
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        found: list[Any] = []
        while any(consumer.position(part) < end for part, end in ends.items()):
            for batch in consumer.poll(timeout_ms=200).values():
                found += batch
        consumer.close()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def written(self) -> int:
        """How many records the topic holds."""
        parts = [TopicPartition(self.topic, p) for p in range(self.partitions())]
        found = self.admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.LATEST))
        return sum(answer.offset for answer in found.values())

    def let_go(self) -> None:
        """Of our own connection: a client that looks for a stopped broker leaves sockets behind."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self.let_go()
