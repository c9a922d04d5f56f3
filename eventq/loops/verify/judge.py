"""The passes of an audit over ledgers, sinks and a log, and the verdict on what they found; see audit.py."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation
from eventq.core.ledger.lines import Line, SettledLine
from eventq.core.verify.absent import AbsentPass
from eventq.core.verify.audit import (
    Audit,
    SinkCount,
    aborted_in_log,
    complete_examples,
    run_results,
    states_of,
)
from eventq.core.verify.findings import Findings
from eventq.core.verify.log_pass import LogPass, PartitionCount, PartitionLog
from eventq.core.verify.names import Name
from eventq.core.verify.runs import Runs, WorkerEvents
from eventq.core.verify.sink_pass import SinkPass, SinkRows
from eventq.core.verify.stamps import StampKind, Stamps, stamps_of_ledgers
from eventq.core.verify.state import Sources, is_absent, names
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader, read_log


class SinkSource(Protocol):
    """Something that events were written to; see stores/verify for who serves it.

    A table of the user's own tells of each row its id; what eventq wrote also the partition of its record.
    """

    @property
    def name(self) -> str:
        """As a user can read it, without secrets."""
        ...

    @property
    def ordered(self) -> bool:
        """Whether its rows have partitions, and are in the order of their processing."""
        ...

    def rows(self, stamp: StampKind, /) -> Iterator[SinkRows]:
        """`stamp`: where events carry their identity, for who keeps whole ones."""
        ...


@dataclass(frozen=True, slots=True)
class AuditPlan:
    topic: str | None
    group: str | None
    delivery: Delivery
    isolation: Isolation


@dataclass(frozen=True, slots=True)
class LogAccess:
    """The log of a topic: its partitions as they were before anything of it was read, and how to read it.

    `log_starts` tells where the partitions begin by now.
    """

    topic: str
    partitions: Mapping[int, PartitionLog]
    read: Callable[[], AbstractContextManager[TopicReader]]
    log_starts: Callable[[], Mapping[int, int]]


def judge(
    plan: AuditPlan,
    ledgers: Ledgers,
    sinks: Sequence[SinkSource],
    look: Callable[[Runs], LogAccess | None],
    clock: Clock,
) -> Audit:
    """`look` is called once the ledgers are read; None: the log is not looked at."""
    runs, findings = ledgers.read(), Findings()
    stamp = stamp_kind(runs, sinks)
    log = look(runs)
    sources = Sources(
        log=log is not None,
        sink=bool(sinks),
        group=plan.group is not None,
        read_committed=plan.isolation is Isolation.READ_COMMITTED,
        order=any(sink.ordered for sink in sinks),
    )
    stamps = Stamps(runs, stamp)
    counted = [_read_sink(sink, stamps, sources, findings) for sink in sinks]
    partitions: Mapping[int, PartitionLog] = {}
    counts: Mapping[int, PartitionCount] = {}
    if log is not None:
        log_pass = LogPass(runs, stamps, log.partitions, sources, findings)
        with log.read() as reader:
            for records in read_log(reader, log.topic, log.partitions, clock):
                log_pass.take(records)
        log_pass.finish()
        counts = log_pass.counts
        partitions = _begin_later(log.partitions, log.log_starts())
    _look_again(ledgers, runs, sources, partitions, findings)
    complete_examples(runs, sources, findings)
    return Audit(
        delivery=plan.delivery,
        sources=sources,
        topic=plan.topic,
        group=plan.group,
        runs=run_results(runs, sources, findings),
        partitions=[(one, counts[p]) for p, one in sorted(partitions.items())],
        sinks=counted,
        examples=findings.examples,
        aborted_in_log=aborted_in_log(runs, sources),
        unchecked=runs.acknowledged.dropped if sources.log else 0,
    )


def stamp_kind(runs: Runs, sinks: Iterable[SinkSource]) -> StampKind:
    """Where the events of all runs carry their identity; UsageError where that is not in one way."""
    found = stamps_of_ledgers(runs)
    if len(found) > 1:
        said = ", ".join(f"{files[0]}: {stamp}" for stamp, files in found.items())
        raise UsageError(
            f"the ledgers' events carry their identities in different ways ({said})",
            hint="audit them one after another",
        )
    ((stamp, files),) = found.items()
    if stamp not in {each.value for each in StampKind}:
        raise UsageError(
            f"the events of {files[0]} carry no identity (--stamp {stamp})",
            hint="produce with --stamp id or header",
        )
    own = [sink.name for sink in sinks if not sink.ordered]
    if own and stamp == StampKind.HEADER:
        raise UsageError(
            f"{own[0]} tells of ids, and the events of {files[0]} have theirs in a header",
            hint="produce with --stamp id",
        )
    return StampKind(stamp)


def _begin_later(
    partitions: Mapping[int, PartitionLog], log_starts: Mapping[int, int]
) -> dict[int, PartitionLog]:
    """Retention may have gone on meanwhile."""
    return {
        p: replace(log, log_start=max(log.log_start, log_starts.get(p, 0))) for p, log in partitions.items()
    }


def _read_sink(sink: SinkSource, stamps: Stamps, sources: Sources, findings: Findings) -> SinkCount:
    found = SinkPass(sink.name, stamps, sources, findings)
    for rows in sink.rows(stamps.stamp):
        found.take(rows)
    found.finish()
    return SinkCount(sink.name, found.rows, found.dead_letters, found.foreign, found.unstamped)


def _look_again(
    ledgers: Ledgers,
    runs: Runs,
    sources: Sources,
    partitions: Mapping[int, PartitionLog],
    findings: Findings,
) -> None:
    """Only where something is missing."""
    missing = any(
        is_absent(state, sources) or (not sources.log and Name.LOST in names(state, sources))
        for run in runs.by_name.values()
        for state in states_of(run)
    )
    if not missing:
        return
    absent = AbsentPass(sources, partitions, findings)

    def visit(events: WorkerEvents, line: Line) -> None:
        if isinstance(line, SettledLine):
            absent.take(events, line)

    ledgers.again(visit)
