"""Marks which events are in the log, and finds what is wrong with their places there."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventq.core.verify.acknowledged import AckedRange
from eventq.core.verify.findings import EXAMPLES, Example, Findings
from eventq.core.verify.names import COUNTED_ONLY, Name
from eventq.core.verify.records import LogSlice, stamped
from eventq.core.verify.runs import Runs, WorkerEvents
from eventq.core.verify.stamps import Group, Identified, Stamps
from eventq.core.verify.state import LOG_BITS, SEEN_ABOVE, SEEN_BELOW, STATES, Sources, names


@dataclass(frozen=True, slots=True)
class PartitionLog:
    """What an audit reads of a partition: up to `end`, pinned when it began.

    `committed` None: the group has no commit there. `high_watermark` lies above `end` while a transaction is
    open below it.
    """

    partition: int
    log_start: int
    end: int
    high_watermark: int
    committed: int | None = None


@dataclass(slots=True)
class PartitionCount:
    """The records that were read, and how many of them are none of the ledgers'."""

    records: int = 0
    foreign: int = 0
    unstamped: int = 0


class LogPass:
    """Takes the slices of each partition in order, after the sinks: what is processed is known by then."""

    def __init__(
        self,
        runs: Runs,
        stamps: Stamps,
        partitions: Mapping[int, PartitionLog],
        sources: Sources,
        findings: Findings,
    ) -> None:
        self._runs, self._stamps, self._findings = runs, stamps, findings
        self._below = {p: _commit(log, sources) for p, log in partitions.items()}
        self._tops: dict[tuple[str, int, int], int] = {}
        self.counts = {partition: PartitionCount() for partition in partitions}
        self._candidates: dict[int, list[tuple[WorkerEvents, int, int, int]]] = {}
        self._names = [frozenset(names(state, sources)) - COUNTED_ONLY for state in STATES]
        self._wanted = bytearray(bool(each) for each in self._names)
        """Of which states examples are still to be kept."""

    def take(self, records: LogSlice) -> None:
        if not len(records):
            return
        found = self._stamps.identify(stamped(records, self._stamps.stamp))
        count = self.counts[records.partition]
        count.records += len(records)
        count.foreign += found.foreign
        count.unstamped += found.unstamped
        self._beyond(found, records)
        self._check_places(found, records)
        for group in found.groups:
            self._mark(group, records)

    def _beyond(self, found: Identified, records: LogSlice) -> None:
        rows = [(one.run, one.worker, one.sequence, place) for one, place in found.no_worker]
        for events, k, place in found.beyond:
            if events.closed:
                rows.append((events.run.name, events.worker, k, place))
            else:
                events.unrecorded += 1
        for run, worker, k, place in rows:
            offset = records.offsets[place]
            self._findings.phantom(Example(Name.PHANTOM, run, worker, k, records.partition, offset))

    # order and number

    def _mark(self, group: Group, records: LogSlice) -> None:
        below = bisect_left(records.offsets, self._below[records.partition])
        split = bisect_left(group.places, below)
        ks, places = group.sequences, group.places
        if split:
            self._fold(group.events, ks[:split], places[:split], records, SEEN_BELOW)
        if split < len(ks):
            self._fold(group.events, ks[split:], places[split:], records, SEEN_ABOVE)

    def _fold(
        self,
        events: WorkerEvents,
        sequences: Sequence[int],
        places: Sequence[int],
        records: LogSlice,
        table: bytes,
    ) -> None:
        """The hot path. What is in the log once more is no matter of order: first records alone count."""
        key = events.run.name, events.worker, records.partition
        top, state, wanted = self._tops.get(key, -1), events.state, self._wanted
        for k, place in zip(sequences, places, strict=True):
            old = state[k]
            state[k] = new = table[old]
            if not old & LOG_BITS:
                if k > top:
                    top = k
                else:
                    self._reordered(events, k, records, place)
            if wanted[new]:
                self._keep(new, events, k, records, place)
        self._tops[key] = top

    def _reordered(self, events: WorkerEvents, k: int, records: LogSlice, place: int) -> None:
        self._findings.count(events.run.name, Name.REORDERED_IN_LOG)
        self._findings.example(_example(Name.REORDERED_IN_LOG, events, k, records, place))

    def _keep(self, state: int, events: WorkerEvents, k: int, records: LogSlice, place: int) -> None:
        """A candidate: what is to be said of it is certain when all of the log is read."""
        kept = self._candidates.setdefault(state, [])
        kept.append((events, k, records.partition, records.offsets[place]))
        if len(kept) >= EXAMPLES:
            self._wanted[state] = False

    def finish(self) -> None:
        """Adds the examples of those that are still what they seemed to be."""
        told: set[tuple[Name, WorkerEvents, int]] = set()
        for state, kept in self._candidates.items():
            for events, k, partition, offset in kept:
                for name in sorted(self._names[state] & self._names[events.state[k]]):
                    if (name, events, k) not in told:
                        told.add((name, events, k))
                        example = Example(name, events.run.name, events.worker, k, partition, offset)
                        self._findings.example(example)

    # what stands where something was acknowledged to be

    def _check_places(self, found: Identified, records: LogSlice) -> None:
        offsets = records.offsets
        ranges = self._runs.acknowledged.within(records.partition, offsets[0], offsets[-1])
        groups = {id(group.events): group for group in found.groups}
        for acked in ranges:
            begin, end = bisect_left(offsets, acked.first), bisect_right(offsets, acked.last)
            self._check_range(acked, groups.get(id(acked.events)), begin, end, records)

    def _check_range(
        self, acked: AckedRange, group: Group | None, begin: int, end: int, records: LogSlice
    ) -> None:
        """The records at the places from `begin` to `end` are the range's."""
        right = set[int]()
        if group is not None:
            first, last = bisect_left(group.places, begin), bisect_left(group.places, end)
            ks = group.sequences[first:last]
            if last - first == end - begin and (not ks or (min(ks) >= acked.low and max(ks) <= acked.high)):
                return
            pairs = zip(group.places[first:last], ks, strict=True)
            right = {place for place, k in pairs if acked.low <= k <= acked.high}
        self._inconsistent(acked, sorted(set(range(begin, end)) - right), records)

    def _inconsistent(self, acked: AckedRange, places: Sequence[int], records: LogSlice) -> None:
        """Which event had this place is certain only in a range of one."""
        events = acked.events
        self._findings.count(events.run.name, Name.INCONSISTENT, len(places))
        for place in places[:EXAMPLES]:
            k = min(acked.low + records.offsets[place] - acked.first, acked.high)
            self._findings.example(_example(Name.INCONSISTENT, events, k, records, place))


def _commit(log: PartitionLog, sources: Sources) -> int:
    """The offset below which events should have been processed; without a group all of them should."""
    if not sources.group:
        return log.end
    return log.log_start if log.committed is None else log.committed


def _example(name: Name, events: WorkerEvents, k: int, records: LogSlice, place: int) -> Example:
    return Example(name, events.run.name, events.worker, k, records.partition, records.offsets[place])
