"""The order of an audit, in which no event that is still under way is taken for lost.

1. the ledgers: what was acknowledged by now
2. the group's commits, then the ends of the partitions: all that was acknowledged lies below these
3. the sinks: all that was committed is in them by now
4. the log up to those ends, then once more where it begins, as retention may have gone on meanwhile
5. the ledgers once more, for where acknowledged events have gone that were not found
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import EventqError, UsageError
from eventq.core.kafka import Bounds, Isolation, TopicPartition
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
from eventq.loops.lag.snapshot import LagReader, Question, read, topic_bounds
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader, read_log


class SinkSource(Protocol):
    """Something that events were written to; see stores/verify for who serves it.

    A table of the user's own tells of each row its id; one of eventq's also the partition of its record.
    """

    @property
    def name(self) -> str:
        """As a user can read it, without secrets."""
        ...

    @property
    def ordered(self) -> bool:
        """Whether its rows have partitions, and are in the order of their processing."""
        ...

    def rows(self) -> Iterator[SinkRows]: ...


@dataclass(frozen=True, slots=True)
class AuditPlan:
    topic: str | None
    group: str | None
    delivery: Delivery
    isolation: Isolation


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How to reach Kafka, when it is needed."""

    lag: Callable[[], AbstractContextManager[LagReader]]
    log: Callable[[], AbstractContextManager[TopicReader]]


def audit(
    plan: AuditPlan, ledgers: Ledgers, sinks: Sequence[SinkSource], cluster: KafkaAccess, clock: Clock
) -> Audit:
    runs, findings = ledgers.read(), Findings()
    sources = Sources(
        log=plan.topic is not None,
        sink=bool(sinks),
        group=plan.group is not None,
        read_committed=plan.isolation is Isolation.READ_COMMITTED,
        order=any(sink.ordered for sink in sinks),
    )
    stamps = Stamps(runs, _stamp(runs, sinks))
    partitions: dict[int, PartitionLog] = {}
    if plan.topic is not None:
        _check_topic(runs, plan.topic)
        with cluster.lag() as reader:
            partitions = _partitions(reader, plan, plan.topic, runs, clock)
    counted = [_read_sink(sink, stamps, sources, findings) for sink in sinks]
    counts: Mapping[int, PartitionCount] = {}
    if plan.topic is not None:
        log_pass = LogPass(runs, stamps, partitions, sources, findings)
        with cluster.log() as log:
            read_log(log, plan.topic, partitions, log_pass, clock)
        log_pass.finish()
        counts = log_pass.counts
        with cluster.lag() as reader:
            partitions = _begin_later(partitions, _bounds(reader, plan.topic, plan.isolation, clock)[1])
    _look_again(ledgers, runs, sources, partitions, findings)
    complete_examples(runs, sources, findings)
    return Audit(
        delivery=plan.delivery,
        sources=sources,
        topic=plan.topic,
        group=plan.group,
        runs=run_results(runs, sources, findings),
        partitions=[(log, counts[p]) for p, log in sorted(partitions.items())],
        sinks=counted,
        examples=findings.examples,
        aborted_in_log=aborted_in_log(runs, sources),
        unchecked=runs.acknowledged.dropped if sources.log else 0,
    )


def _stamp(runs: Runs, sinks: Iterable[SinkSource]) -> StampKind:
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


def _check_topic(runs: Runs, topic: str) -> None:
    for run in runs.by_name.values():
        if run.line.topic != topic:
            raise UsageError(
                f"{run.file} is of topic {run.line.topic}, not of {topic}",
                hint="offsets of another topic can't be compared; leave --topic out to audit the sinks alone",
            )


# partitions


def _partitions(
    reader: LagReader, plan: AuditPlan, topic: str, runs: Runs, clock: Clock
) -> dict[int, PartitionLog]:
    commits: Mapping[TopicPartition, int] = {}
    if plan.group is not None:
        found = read(reader, Question((plan.group,), (topic,), isolation=plan.isolation), clock)
        error = found.groups[0].commits.error
        if error is not None:
            raise EventqError(f"the commits of group {plan.group} can't be read: {error}")
        commits = found.groups[0].commits.offsets
    topic_id, bounds = _bounds(reader, topic, plan.isolation, clock)
    _check_topic_id(runs, topic, topic_id)
    return {
        key.partition: PartitionLog(
            key.partition,
            one.log_start or 0,
            one.end or 0,
            (one.high_watermark if one.high_watermark is not None else one.end) or 0,
            commits.get(key),
        )
        for key, one in bounds.items()
    }


def _bounds(
    reader: LagReader, topic: str, isolation: Isolation, clock: Clock
) -> tuple[str | None, Mapping[TopicPartition, Bounds]]:
    """EventqError unless all of them are known: what can't be read might hold what seems to be lost."""
    found, bounds = topic_bounds(reader, topic, isolation, clock)
    for key, one in sorted(bounds.items()):
        if one.error is not None or one.log_start is None or one.end is None:
            raise EventqError(
                f"{topic}:{key.partition} can't be read: {one.error or 'its offsets are unknown'}",
                hint="an audit needs every partition",
            )
    return found.topic_id, bounds


def _check_topic_id(runs: Runs, topic: str, topic_id: str | None) -> None:
    for run in runs.by_name.values():
        known = run.line.topic_id
        if known is not None and topic_id is not None and known != topic_id:
            raise EventqError(
                f"topic {topic} was deleted and created again since {run.file} was written "
                f"(its id was {known} and is {topic_id})",
                hint="leave --topic out to audit the sinks alone",
            )


def _begin_later(
    partitions: Mapping[int, PartitionLog], bounds: Mapping[TopicPartition, Bounds]
) -> dict[int, PartitionLog]:
    now = {key.partition: one.log_start or 0 for key, one in bounds.items()}
    return {p: replace(log, log_start=max(log.log_start, now.get(p, 0))) for p, log in partitions.items()}


# the passes


def _read_sink(sink: SinkSource, stamps: Stamps, sources: Sources, findings: Findings) -> SinkCount:
    found = SinkPass(sink.name, stamps, sources, findings)
    for rows in sink.rows():
        found.take(rows)
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
