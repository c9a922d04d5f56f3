"""Where the benchmarks run: the private Kafka, its jars, topics made for one run, and eventq itself."""

import json
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.process import Measured, measure
from benchmarks.rounds import Figure, figure
from eventq.loops.local.java_runtime import find_java

HERE = Path(__file__).parent
LINGER_MS = 5
BATCH_BYTES = 131_072
_java = cache(find_java)
SETTINGS = f"acks=all, idempotent, linger {LINGER_MS} ms, batches of {BATCH_BYTES:,} bytes, 10 partitions"


@dataclass(frozen=True, slots=True)
class Site:
    """`size` scales every number of records: 1 is what the targets speak of, a test runs at 0.001."""

    bootstrap: str
    jars: str
    size: float = 1.0

    def records(self, count: int) -> int:
        return max(100, int(count * self.size))

    def seconds(self, count: float) -> float:
        return max(1.0, count * self.size)

    def few(self, count: int) -> int:
        """Fewer at a small size, never more: groups, partitions, repetitions."""
        return max(1, round(count * min(1.0, self.size)))

    def eventq(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "eventq", *arguments, "-b", self.bootstrap]

    def java(self, name: str, *arguments: str) -> list[str]:
        return [_java(), "-cp", self.jars, name, "--bootstrap-server", self.bootstrap, *arguments]

    def script(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, str(HERE / name), *arguments]

    @contextmanager
    def topic(
        self, settings: Mapping[str, str] = MappingProxyType({}), partitions: int = 10
    ) -> Iterator[str]:
        """A topic of its own, deleted afterwards: one run's records must not burden the next."""
        admin = self._admin()
        name = f"bench-{uuid.uuid4().hex[:10]}"
        admin.create_topics(
            {name: {"num_partitions": partitions, "replication_factor": 1, "configs": dict(settings)}}
        )
        admin.wait_for_topics([name])
        try:
            yield name
        finally:
            admin.delete_topics([name])
            admin.close()

    @contextmanager
    def group(self, topic: str, partitions: int = 10) -> Iterator[str]:
        """A group that has committed 0 in every partition of `topic`."""
        with self.groups(topic, 1, partitions) as (name,):
            yield name

    @contextmanager
    def groups(self, topic: str, count: int, partitions: int) -> Iterator[list[str]]:
        """Groups that have committed 0 in every partition of `topic`, deleted afterwards."""
        from kafka import OffsetAndMetadata, TopicPartition
        from kafka.admin import OffsetSpec

        admin = self._admin()
        names = [f"{topic}-{n}" for n in range(count)]
        starts = {TopicPartition(topic, n): OffsetAndMetadata(0, "", -1) for n in range(partitions)}
        for name in names:
            _patiently(partial(admin.alter_group_offsets, name, starts))
        _patiently(partial(admin.list_partition_offsets, dict.fromkeys(starts, OffsetSpec.LATEST)))
        try:
            yield names
        finally:
            for name in names:
                admin.delete_groups([name])
            admin.close()

    def _admin(self) -> Any:
        from kafka import KafkaAdminClient

        return KafkaAdminClient(bootstrap_servers=self.bootstrap)


def _patiently(ask: Callable[[], object]) -> None:
    """A broker just up makes its offsets topic at the first question; new partitions take a while."""
    from kafka.errors import KafkaError

    for _ in range(100):
        try:
            ask()
        except KafkaError as error:  # noqa: PERF203 - it waits anyway
            if not error.retriable:
                raise
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the broker does not come up")


def kcat() -> str | None:
    return shutil.which("kcat")


def report(run: Measured) -> Any:
    """The JSON document that an eventq run printed."""
    return json.loads(run.out)


def own_clock(command: list[str]) -> Figure:
    """A bare loop prints its own rate, so that the interpreter's start is not in it."""
    run = measure(command)
    return figure(float(run.out), run)
