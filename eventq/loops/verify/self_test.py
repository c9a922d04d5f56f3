"""Audits a copy of what was audited, in which anomalies are planted: none is written anywhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from eventq.core.clock import Clock
from eventq.core.ledger.lines import Line
from eventq.core.verify.audit import Audit
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.planting import Planting
from eventq.core.verify.records import LogSlice
from eventq.core.verify.self_test import SelfTest, compared
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.loops.verify.judge import AuditPlan, LogAccess, SinkSource, judge, stamp_kind
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader


def self_test(
    plan: AuditPlan,
    ledger: str,
    audited: Ledgers,
    sink: SinkSource,
    log: LogAccess,
    found: Audit,
    clock: Clock,
) -> SelfTest:
    """Of an audit of one ledger, as `audited` has read it, of one sink and of a group's log."""
    partitions = {one.partition: one for one, _ in found.partitions}
    planting = Planting(audited.runs, stamp_kind(audited.runs, [sink]), partitions, ordered=sink.ordered)

    def read_as(path: str, lines: Iterator[Line]) -> Iterator[Line]:
        return planting.lines(lines) if path == ledger else lines

    copied = _PlantedLog(log, planting, partitions)
    after = judge(
        plan, Ledgers([ledger], read_as), [_PlantedSink(sink, planting)], lambda _runs: copied.access(), clock
    )
    return compared(planting, found, after)


class _PlantedSink:
    """Serves SinkSource."""

    def __init__(self, sink: SinkSource, planting: Planting) -> None:
        self._sink, self._planting = sink, planting
        self.name, self.ordered = sink.name, sink.ordered

    def rows(self, stamp: StampKind) -> Iterator[SinkRows]:
        yield from map(self._planting.rows, self._sink.rows(stamp))
        yield self._planting.last_rows()


class _PlantedLog:
    def __init__(self, log: LogAccess, planting: Planting, partitions: Mapping[int, PartitionLog]) -> None:
        self._log, self._planting, self._partitions = log, planting, partitions

    def access(self) -> LogAccess:
        partitions = self._planting.log(self._partitions)
        starts = {partition: log.log_start for partition, log in partitions.items()}
        return replace(self._log, partitions=partitions, read=self._read, log_starts=lambda: starts)

    @contextmanager
    def _read(self) -> Iterator[TopicReader]:
        with self._log.read() as reader:
            yield _PlantedReader(reader, self._planting)


class _PlantedReader:
    """Serves TopicReader: the added partition is read when all the others are."""

    def __init__(self, reader: TopicReader, planting: Planting) -> None:
        self._reader, self._planting = reader, planting
        self._left: set[int] = set()

    def begin(self, offsets: Mapping[int, int]) -> None:
        real = {p: offset for p, offset in offsets.items() if p != self._planting.partition}
        self._left = set(real)
        if real:
            self._reader.begin(real)

    def poll(self, seconds: float) -> list[LogSlice]:
        if not self._left:
            return [self._planting.last_records()]
        found = map(self._planting.records, self._reader.poll(seconds))
        return [records for records in found if len(records)]

    def positions(self) -> Mapping[int, int]:
        return self._reader.positions() if self._left else {}

    def leave(self, partition: int) -> None:
        if partition in self._left:
            self._left.discard(partition)
            self._reader.leave(partition)
