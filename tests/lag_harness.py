"""A topic with records and commits made by hand, and the lag commands that scripts call on them."""

import json
import os
import subprocess
import sys
import uuid
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import RetriableError
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import eventually


class LagHarness:
    """One topic of two partitions, `records` in each; a context manager that ends what it started."""

    def __init__(self, bootstrap: str, records: int = 100) -> None:
        self.bootstrap = bootstrap
        self._admin: KafkaAdminClient | None = None
        self.topic, self.group = (f"{what}-{uuid.uuid4().hex[:10]}" for what in ("scripts", "group"))
        self._started: list[subprocess.Popen[str]] = []
        self.create()
        self.send(records)

    def __enter__(self) -> "LagHarness":  # noqa: PYI034 - typing.Self is not in 3.10
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.disconnect()

    @property
    def admin(self) -> KafkaAdminClient:
        if self._admin is None:
            self._admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        return self._admin

    def disconnect(self) -> None:
        """Before a broker is killed: the test's own connections must not outlive it."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def create(self) -> None:
        self.admin.create_topics({self.topic: {"num_partitions": 2, "replication_factor": 1}})
        self.admin.wait_for_topics([self.topic])

    def send(self, records: int, **settings: Any) -> None:
        """`records` to each partition."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, **settings)
        for n in range(records * 2):
            producer.send(self.topic, b"x", partition=n % 2)
        producer.flush()
        producer.close()

    def commit(self, *offsets: int) -> None:
        commits = {
            TopicPartition(self.topic, n): OffsetAndMetadata(offset, "", -1)
            for n, offset in enumerate(offsets)
        }
        eventually(lambda: self._committed(commits), "the coordinator takes the commit")

    def _committed(self, commits: "dict[TopicPartition, OffsetAndMetadata]") -> bool:
        """A young or returned broker says at first, one way or another, that it is no coordinator."""
        try:
            self.admin.alter_group_offsets(self.group, commits)
            found = self.admin.list_group_offsets({self.group: None}).get(self.group, {})
        except RetriableError:
            return False
        return all(key in found and found[key].offset == kept.offset for key, kept in commits.items())

    def start(self, command: str, *options: str, **environment: str) -> "subprocess.Popen[str]":
        arguments = ["lag", command, "-b", self.bootstrap, *options]
        process = subprocess.Popen(
            [sys.executable, "-m", "eventq", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self._started.append(process)
        return process

    def run(self, command: str, *options: str) -> "Done":
        """The command for this harness's group."""
        return finish(self.start(command, "-g", self.group, *options))


class Done:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def finish(process: "subprocess.Popen[str]") -> Done:
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out, err)
