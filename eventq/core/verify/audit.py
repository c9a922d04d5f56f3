"""The result of an audit: counts by name, what of it is allowed, who is to blame, and the verdict."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eventq.core.consume.delivery import Delivery
from eventq.core.verify.findings import EXAMPLES, Example, Findings
from eventq.core.verify.log_pass import PartitionCount, PartitionLog
from eventq.core.verify.names import COUNTED_ONLY, IN_LOG, IN_SINK, AuditVerdict, Name, allowed
from eventq.core.verify.runs import RunEvents, Runs
from eventq.core.verify.state import ABORTED, ACKED, FAILED, STATES, Sources, fate, in_log, in_sink, names

_ALL_ACKS = frozenset({"all", "-1"})


@dataclass(frozen=True, slots=True)
class RunResult:
    """Of one run, over its workers. `processed`: events seen in a sink at least once; None without a sink."""

    run: str
    file: str
    topic: str
    workers: int
    acks: str
    idempotent: bool
    complete: bool
    acked: int
    failed: int
    aborted: int
    dropped: int
    processed: int | None
    names: Mapping[Name, int]

    @property
    def unknown(self) -> int:
        return self.names.get(Name.UNKNOWN_PRESENT, 0) + self.names.get(Name.UNKNOWN_ABSENT, 0)


@dataclass(frozen=True, slots=True)
class SinkCount:
    """`dead_letters` of the `rows` tell of events that were put aside instead of being processed."""

    sink: str
    rows: int
    dead_letters: int
    foreign: int
    unstamped: int


@dataclass(frozen=True, slots=True)
class Audit:
    """`topic` and `group` None: not looked at. `partitions` are empty then."""

    delivery: Delivery
    sources: Sources
    topic: str | None
    group: str | None
    runs: Sequence[RunResult]
    partitions: Sequence[tuple[PartitionLog, PartitionCount]]
    sinks: Sequence[SinkCount]
    examples: Mapping[Name, Sequence[Example]]
    aborted_in_log: bool
    """Some of the aborted events that were read were in the log, so that a broker gave them out."""
    unchecked: int
    """Ranges of acknowledged offsets that were too many to compare with the log."""

    @property
    def complete(self) -> bool:
        return all(run.complete for run in self.runs)

    def checked(self, name: Name) -> bool:
        """Whether there was something to find it in."""
        if name in IN_LOG or name is Name.PENDING:
            return self.sources.log
        if name in IN_SINK:
            return self.sources.sink
        return name is not Name.REORDERED or self.sources.order

    def count(self, name: Name) -> int | None:
        """None: not checked."""
        if not self.checked(name):
            return None
        if name is Name.FOREIGN:
            return self._strangers(lambda count: count.foreign)
        if name is Name.UNSTAMPED:
            return self._strangers(lambda count: count.unstamped)
        return sum(run.names.get(name, 0) for run in self.runs)

    def _strangers(self, of: Callable[[PartitionCount | SinkCount], int]) -> int:
        """Those of the log, and without it those of the sinks: most are in both."""
        return (
            sum(of(count) for _, count in self.partitions) if self.sources.log else sum(map(of, self.sinks))
        )

    def allowed(self, name: Name) -> bool | None:
        doubled = [run for run in self.runs if run.names.get(Name.DUPLICATE_IN_LOG)] or self.runs
        return allowed(name, self.delivery, idempotent=any(run.idempotent for run in doubled))

    def blame(self, name: Name) -> str | None:
        """Who is to blame for what was found; None where that can't be told, or for what nobody is."""
        if name is Name.LOST_IN_LOG:
            weak = {run.acks for run in self.runs if run.names.get(name)} - _ALL_ACKS
            return f"acks={min(weak)}" if weak else "broker"
        if name in IN_SINK and not self.sources.log:
            return None
        if name is Name.ABORTED_READ:
            return "broker" if self.aborted_in_log else "consumer"
        return _BLAME.get(name)

    @property
    def broken(self) -> list[Name]:
        """What was found against the guarantee."""
        return [name for name in Name if self.count(name) and self.allowed(name) is False]

    @property
    def verdict(self) -> AuditVerdict:
        if self.broken:
            return AuditVerdict.BROKEN
        return AuditVerdict.UNFINISHED if self.count(Name.PENDING) else AuditVerdict.HOLDS


_BLAME = {
    Name.EXPIRED: "retention",
    Name.LOST: "consumer",
    Name.DUPLICATE_IN_LOG: "producer or broker",
    Name.DUPLICATE: "consumer",
    Name.REORDERED_IN_LOG: "producer",
    Name.REORDERED: "consumer",
    Name.INCONSISTENT: "broker",
    Name.FAILED_BUT_PRESENT: "producer",
    Name.PHANTOM: "forgery or bug",
}


def run_results(runs: Runs, sources: Sources, findings: Findings) -> list[RunResult]:
    """The counts of the states of all events, beside what the passes counted."""
    return [_run_result(run, sources, findings) for run in runs.by_name.values()]


def states_of(run: RunEvents) -> Counter[int]:
    found: Counter[int] = Counter()
    for events in run.workers:
        found.update(events.state)
    return found


def _run_result(run: RunEvents, sources: Sources, findings: Findings) -> RunResult:
    states = states_of(run)
    found = Counter(findings.counts.get(run.name, {}))
    for state, count in states.items():
        for name in names(state, sources):
            found[name] += count
    found[Name.UNKNOWN_PRESENT] += sum(events.unrecorded for events in run.workers)
    fates = Counter[int]()
    for state, count in states.items():
        fates[fate(state)] += count
    processed = sum(count for state, count in states.items() if in_sink(state))
    line, dropped = run.line, sum(events.dropped for events in run.workers)
    return RunResult(
        run=run.name,
        file=run.file,
        topic=line.topic,
        workers=line.workers,
        acks=line.acks,
        idempotent=line.idempotent,
        complete=run.complete,
        acked=fates[ACKED],
        failed=fates[FAILED] - dropped,
        aborted=fates[ABORTED],
        dropped=dropped,
        processed=processed if sources.sink else None,
        names=found,
    )


def aborted_in_log(runs: Runs, sources: Sources) -> bool:
    """Whether a log that was read without them had aborted events."""
    states = [state for state in STATES if fate(state) == ABORTED and in_log(state)]
    return sources.read_committed and any(
        state in events.state for events in runs.workers for state in states
    )


def complete_examples(runs: Runs, sources: Sources, findings: Findings) -> None:
    """Adds events, without their places, to names that were counted and have no example yet."""
    for name in Name:
        if name in COUNTED_ONLY or findings.examples.get(name):
            continue
        for state in (state for state in STATES if name in names(state, sources)):
            for events in runs.workers:
                _add_first(name, events.run.name, events.worker, events.state, state, findings)


def _add_first(name: Name, run: str, worker: int, states: bytearray, wanted: int, findings: Findings) -> None:
    at = states.find(wanted)
    for _ in range(EXAMPLES):
        if at < 0 or findings.full(name):
            return
        findings.example(Example(name, run, worker, at))
        at = states.find(wanted, at + 1)
