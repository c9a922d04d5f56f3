"""A producer, a log and a consumer in memory, whose every step a test can spoil, and the audit of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from eventq.core.consume.delivery import Delivery
from eventq.core.identity import HEADER
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic
from eventq.core.ledger.lines import EndLine, Fate, Line, OfferLine, RunLine, SettledLine, encoded
from eventq.core.ledger.settlements import merged
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import Name
from eventq.core.verify.records import LogSlice
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.loops.verify.audit import KafkaAccess, audit
from eventq.loops.verify.judge import AuditPlan
from eventq.loops.verify.ledgers import Ledgers

Thing = TypeVar("Thing")
RUN = "372d8a68"
TOPIC = "orders"
BATCH = 10


def event_id(k: int, worker: int = 0, run: str = RUN) -> str:
    return f"{run}-{worker:04x}-4abc-8def-{k:012x}"


def value(k: int, worker: int = 0, run: str = RUN) -> bytes:
    return b'{"productId":"%b","price":1.5,"purchasedAt":7}' % event_id(k, worker, run).encode()


def run_line(
    worker: int = 0,
    workers: int = 1,
    *,
    run: str = RUN,
    acks: str = "all",
    idempotent: bool = True,
    stamp: str = "id",
    topic_id: str | None = "T",
) -> RunLine:
    return RunLine(run, worker, workers, TOPIC, topic_id, None, acks, idempotent, stamp, 7, "2026-01-31")


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Sink:
    def __init__(self, ids: Sequence[object], partitions: Sequence[int] | None = None) -> None:
        self.ids, self.partitions = ids, partitions
        self.name, self.ordered = "table", partitions is not None

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        for at in range(0, len(self.ids), 7):
            parts = None if self.partitions is None else self.partitions[at : at + 7]
            yield SinkRows(self.ids[at : at + 7], parts)


class World:
    """`count` events of one worker, alternating over two partitions, all acknowledged, read and processed.

    `log` has the values of each partition by offset. `cut`: by how much lower the last events are,
    as both logs had lost so many records there before.
    """

    def __init__(self, count: int = 100, **line: object) -> None:
        self.count, self.run = count, run_line(**line)  # type: ignore[arg-type]
        self.log: dict[int, dict[int, bytes | None]] = {p: {} for p in (0, 1)}
        for k in range(count):
            self.log[k % 2][k // 2] = value(k)
        self.processed: list[object] = [event_id(k) for k in range(count)]
        self.partitions: list[int] | None = None
        self.commits: dict[int, int] = {p: len(records) for p, records in self.log.items()}
        self.starts = dict.fromkeys(self.log, 0)
        self.ends: dict[int, int] = {}
        self.fates: dict[int, Fate] = {}
        self.headers = False
        self.cut = 0
        self.ended = True
        self.topic_id = "T"

    # what the producer wrote down

    def lines(self) -> list[Line]:
        lines: list[Line] = [self.run, OfferLine(self.count + 50)]
        for first in range(0, self.count, BATCH):
            lines += self._settled(range(first, min(first + BATCH, self.count)))
        if self.ended:
            acked = self.count - len(self.fates)
            lines.append(EndLine(self.count, acked, 0, self.count - acked, 0, 0, complete=not self.fates))
        return lines

    def _settled(self, ks: range) -> Iterator[Line]:
        acked = [k for k in ks if k not in self.fates]
        offsets = {}
        for partition in (0, 1):
            own = [k // 2 - self.cut * (k >= 90) for k in acked if k % 2 == partition]
            if own:
                offsets[partition] = own[0], own[-1], len(own)
        if acked:
            yield SettledLine(Fate.ACKED, merged((k, k) for k in acked), None, offsets)
        for k in ks:
            if k in self.fates:
                yield SettledLine(self.fates[k], [(k, k)], "WHY")

    def write(self, path: Path) -> Path:
        path.write_bytes(b"".join(map(encoded, self.lines())))
        return path

    # Kafka

    def slices(self, partition: int) -> Iterator[LogSlice]:
        start, end = self.starts[partition], self._end(partition)
        rows = [(o, v) for o, v in sorted(self.log[partition].items()) if start <= o < end]
        for at in range(0, len(rows), 9):
            offsets, values = zip(*rows[at : at + 9], strict=True)
            yield LogSlice(partition, offsets, values, partial(self._all_headers, values))

    def _all_headers(self, values: Iterable[bytes | None]) -> list[list[tuple[str, bytes | None]]]:
        return [self._headers(record) for record in values]

    def _headers(self, record: bytes | None) -> list[tuple[str, bytes | None]]:
        if not self.headers or record is None:
            return []
        k = int(record[38:50], 16)
        return [("other", None), (HEADER, b"%b.%d.%d" % (record[14:22], int(record[23:27], 16), k))]

    def _end(self, partition: int) -> int:
        return self.ends.get(partition, max(self.log[partition], default=-1) + 1)

    def bounds(
        self, leaders: Iterable[TopicPartition], _isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        return {
            key: Bounds(
                self.starts[key.partition],
                self._end(key.partition),
                max(self.log[key.partition], default=-1) + 1,
            )
            for key in leaders
        }

    def topics(self, _names: Iterable[str]) -> dict[str, Topic]:
        return {TOPIC: Topic(TOPIC, self.topic_id, dict.fromkeys(self.log, 1))}

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        return {g: Commits({TopicPartition(TOPIC, p): o for p, o in self.commits.items()}) for g in groups}

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        return {group.group: Description("Stable", members=()) for group in groups}

    def list_groups(self) -> Listing:
        raise AssertionError("the group is named")

    # the audit

    def audit(
        self,
        folder: Path,
        *,
        log: bool = True,
        group: bool = False,
        sink: bool = True,
        delivery: Delivery = Delivery.EXACTLY_ONCE,
        isolation: Isolation = Isolation.READ_COMMITTED,
        ledgers: Sequence[Path] = (),
    ) -> Audit:
        files = ledgers or [self.write(folder / "run.ledger")]
        plan = AuditPlan(TOPIC if log else None, "g" if group else None, delivery, isolation)
        sinks = [Sink(self.processed, self.partitions)] if sink else []
        cluster = KafkaAccess(lambda: _within(self), lambda: _within(Reader(self)))
        return audit(plan, Ledgers([str(file) for file in files]), sinks, cluster, TestClock())

    def found(self, folder: Path, **how: object) -> dict[Name, int]:
        """What was found, without names of which there is none."""
        result = self.audit(folder, **how)  # type: ignore[arg-type]
        return {name: count for name in Name if (count := result.count(name))}


class Reader:
    """Gives out a slice of each partition in turn."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slices: dict[int, Iterator[LogSlice]] = {}

    def begin(self, offsets: Mapping[int, int]) -> None:
        self._slices = {p: self._world.slices(p) for p in offsets}

    def poll(self, _seconds: float) -> list[LogSlice]:
        found = [next(slices, None) for slices in self._slices.values()]
        return [records for records in found if records is not None]

    def positions(self) -> dict[int, int]:
        return {p: self._world._end(p) for p in self._slices}

    def leave(self, partition: int) -> None:
        self._slices.pop(partition, None)


@contextmanager
def _within(thing: Thing) -> Iterator[Thing]:
    yield thing
