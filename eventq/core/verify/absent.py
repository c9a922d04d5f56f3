"""Where acknowledged events have gone that are not in the log, by a second look at what ledgers say of them.

A ledger tells for a batch of events which offsets they have in each partition, not which has which. So many
of a batch as were below the log's start were deleted by retention; so many as were at or above the end that
an open transaction had left can't be read yet; only what is missing beyond these is lost.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from eventq.core.ledger.lines import Fate, SettledLine, Spans
from eventq.core.verify.findings import Example, Findings
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.names import Name
from eventq.core.verify.runs import WorkerEvents
from eventq.core.verify.state import STATES, Sources, in_sink, is_absent, names


@dataclass(frozen=True, slots=True)
class _Missing:
    """How many of a line's events are not in the log, and how many of these were processed."""

    absent: int
    processed: int


class AbsentPass:
    """Takes all lines of all ledgers once more; `partitions` with the log starts after the log was read."""

    def __init__(self, sources: Sources, partitions: Mapping[int, PartitionLog], findings: Findings) -> None:
        self._sources, self._partitions, self._findings = sources, partitions, findings
        self._absent = bytes(state for state in STATES if is_absent(state, sources))
        self._processed = bytes(state for state in self._absent if in_sink(state))
        self._lost = bytes(state for state in STATES if Name.LOST in names(state, sources))
        self._deletes = any(log.log_start > 0 for log in partitions.values())
        self._hides = any(log.high_watermark > log.end for log in partitions.values())

    def take(self, events: WorkerEvents, line: SettledLine) -> None:
        if line.fate is not Fate.ACKED:
            return
        if self._sources.log:
            self._settle(events, line)
        elif not self._findings.full(Name.LOST):
            self._examples(Name.LOST, self._lost, events, line)

    def _settle(self, events: WorkerEvents, line: SettledLine) -> None:
        found = self._missing(events, line.spans)
        if not found.absent:
            return
        below, above = self._outside(line)
        lost = max(0, found.absent - below - above)
        unprocessed = min(found.absent - lost, found.absent - found.processed)
        pending = min(above, unprocessed)
        for name, count in (
            (Name.LOST_IN_LOG, lost),
            (Name.EXPIRED, unprocessed - pending),
            (Name.PENDING, pending),
        ):
            self._findings.count(events.run.name, name, count)
            if count and not self._findings.full(name):
                self._examples(name, self._absent, events, line)

    def _missing(self, events: WorkerEvents, spans: Spans) -> _Missing:
        counts: Counter[int] = Counter()
        for first, last in spans:
            counts.update(events.state[first : last + 1])
        return _Missing(sum(counts[s] for s in self._absent), sum(counts[s] for s in self._processed))

    def _outside(self, line: SettledLine) -> tuple[int, int]:
        """The most events of the line that can be below the log's start, and above the end but there."""
        below = above = 0
        for partition, (first, last, count) in line.offsets.items():
            log = self._partitions.get(partition)
            if log is not None:
                below += min(count, max(0, log.log_start - first))
                above += min(count, max(0, min(last + 1, log.high_watermark) - max(first, log.end)))
        somewhere = sum(b + 1 - a for a, b in line.spans) - sum(n for _, _, n in line.offsets.values())
        return below + somewhere * self._deletes, above + somewhere * self._hides

    def _examples(self, name: Name, states: bytes, events: WorkerEvents, line: SettledLine) -> None:
        for first, last in line.spans:
            for k, state in enumerate(events.state[first : last + 1], first):
                if self._findings.full(name):
                    return
                if state in states:
                    place = _place(line, k)
                    self._findings.example(Example(name, events.run.name, events.worker, k, *place))


def _place(line: SettledLine, k: int) -> tuple[int | None, int | None]:
    """The partition and offset of an event, as far as a line for several tells."""
    if len(line.offsets) != 1:
        return None, None
    ((partition, (first, last, count)),) = line.offsets.items()
    before = sum(min(b, k - 1) + 1 - a for a, b in line.spans if a < k)
    whole = last + 1 - first == count == sum(b + 1 - a for a, b in line.spans)
    return partition, first + before if whole else None
