"""One anomaly of each name, planted in a copy of what an audit reads: an audit that can fail finds these.

Some are planted in events of the run that are as they should be: one is missing from the log, one from the
sink, and so on. What needs a ledger that says something else, or a log that begins late, happens to events
that are added, in a partition that is added.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from eventq.core.identity import HEADER
from eventq.core.ledger.lines import EndLine, Fate, Line, SettledLine
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.names import Name
from eventq.core.verify.records import Headers, LogSlice, stamped
from eventq.core.verify.runs import Runs
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import Group, StampKind, Stamps
from eventq.core.verify.state import STATES, delivered, in_sink, is_below

_REAL = (
    Name.LOST_IN_LOG,
    Name.INCONSISTENT,
    Name.DUPLICATE_IN_LOG,
    Name.LOST,
    Name.DUPLICATE,
    Name.REORDERED,
)
"""What happens to events of the run, to one each."""

EXPIRED, FAILED, ABORTED, PRESENT, PENDING, ABSENT, BEYOND = range(7)
"""Events that are added, by how far they lie behind the last of the run."""

_STRANGER = "00000000"


class Planting:
    """`why_not` tells of each name, once all sources were read, whether it could be planted.

    The copy is made as it is read: `lines` of the ledger first, then `rows` of the sink, then `records`.
    """

    def __init__(
        self, runs: Runs, stamp: StampKind, partitions: Mapping[int, PartitionLog], *, ordered: bool
    ) -> None:
        (self._events, *_) = runs.workers
        self._runs, self._ordered = runs, ordered
        self._stamps = Stamps(runs, stamp)
        self._first = len(self._events.state)
        self.partition = max(partitions, default=-1) + 1
        """The one that is added."""
        self._real = _chosen(self._events.state)
        self._ranged = False
        """Whether the ledger tells of the event in whose place another stands that it is just there."""
        self.placed = True
        """Whether the ledger tells of all acknowledged events where they are."""

    def _added(self, which: int) -> int:
        return self._first + which

    @property
    def no_duplicate(self) -> int:
        """How many of the chosen were processed twice, and in the copy are not any more."""
        states = {name: self._events.state[k] for name, k in self._real.items()}
        gone = {name for name in (Name.LOST, Name.REORDERED) if in_sink(states.get(name, 0)) > 1}
        gone -= set() if self._ordered else {Name.REORDERED}
        return len(gone) + (in_sink(states.get(Name.DUPLICATE_IN_LOG, 0)) == 2)  # noqa: PLR2004 - as in the log

    def why_not(self, name: Name) -> str | None:
        """None: it was planted."""
        if name is Name.REORDERED and not self._ordered:
            return "the sink keeps no order"
        real = Name.INCONSISTENT if name in {Name.REORDERED_IN_LOG, Name.UNSTAMPED} else name
        if real in _REAL and real not in self._real:
            return "no event is left to plant it in"
        if name is Name.INCONSISTENT and not self._ranged:
            return "the ledger does not tell where single events are"
        if name is Name.PHANTOM and not self._events.closed:
            return "the ledger has no end"
        if name is Name.EXPIRED and not self.placed:
            return "the ledger does not tell of all events where they are"
        return None

    # the ledger

    def lines(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Of the ledger of the run's first worker: with those of the added events before its end."""
        ended = False
        for line in lines:
            if isinstance(line, SettledLine) and line.fate is Fate.ACKED:
                told = sum(count for _, _, count in line.offsets.values())
                self.placed &= told == sum(last + 1 - first for first, last in line.spans)
            if isinstance(line, EndLine):
                yield from self._added_lines()
                ended = True
            yield self._later_end(line) if isinstance(line, EndLine) else line
        if not ended:
            yield from self._added_lines()

    def _added_lines(self) -> Iterator[Line]:
        for which in (EXPIRED, PENDING):
            spans = [(self._added(which), self._added(which))]
            yield SettledLine(Fate.ACKED, spans, None, {self.partition: (which, which, 1)})
        for which, fate in (
            (FAILED, Fate.FAILED),
            (ABORTED, Fate.ABORTED),
            (PRESENT, Fate.UNKNOWN),
            (ABSENT, Fate.UNKNOWN),
        ):
            yield SettledLine(fate, [(self._added(which), self._added(which))], "PLANTED")

    def _later_end(self, line: EndLine) -> EndLine:
        return replace(
            line,
            offered=self._added(BEYOND),
            acked=line.acked + 2,
            failed=line.failed + 1,
            aborted=line.aborted + 1,
            unknown=line.unknown + 2,
        )

    # the sink

    def rows(self, rows: SinkRows) -> SinkRows:
        """Without those of the event that is lost, and of the one that comes later."""
        if rows.identities is None:
            found = self._stamps.identify(rows.stamps)
        else:
            found = self._stamps.identified(rows.identities)
        gone = {self._real.get(Name.LOST), self._real.get(Name.REORDERED) if self._ordered else None}
        places = {place for _, place in self._places(found.groups, gone)}
        if not places:
            return rows
        kept = [place for place in range(len(rows)) if place not in places]
        return replace(
            rows,
            stamps=[rows.stamps[place] for place in kept] if rows.identities is None else (),
            partitions=None if rows.partitions is None else [rows.partitions[place] for place in kept],
            identities=None if rows.identities is None else [rows.identities[place] for place in kept],
        )

    def last_rows(self) -> SinkRows:
        """One event again, and one behind a later one."""
        late = self._real.get(Name.REORDERED) if self._ordered else None
        first = None if self.placed else self._added(EXPIRED)
        identities = self._identities(first, self._real.get(Name.DUPLICATE), self._added(PRESENT), late)
        partitions = [self.partition] * len(identities) if self._ordered else None
        return SinkRows(partitions=partitions, identities=identities)

    # the log

    @property
    def _start(self) -> int:
        """Where the added partition begins: its first record was deleted, if such a loss can be found."""
        return 1 if self.placed else 0

    def log(self, partitions: Mapping[int, PartitionLog]) -> dict[int, PartitionLog]:
        """With the added partition, where nothing is committed yet."""
        start, end = self._start, self._start + len(self._records())
        return {**partitions, self.partition: PartitionLog(self.partition, start, end, end, start)}

    def records(self, records: LogSlice) -> LogSlice:
        """Without the one that is lost; where the one that comes later was stands another."""
        found = self._stamps.identify(stamped(records, self._stamps.stamp))
        lost, late = self._real.get(Name.LOST_IN_LOG), self._real.get(Name.INCONSISTENT)
        places = dict(self._places(found.groups, {lost, late}))
        if not places:
            return records
        values, headers = list(records.values), list(records.headers())[: len(records)]
        if late is not None and late in places:
            at = places[late]
            values[at], headers[at] = b"planted", ()
            offset = records.offsets[at]
            if any(self._runs.acknowledged.within(records.partition, offset, offset)):
                self._ranged = True
        gone = None if lost is None else places.get(lost)
        kept = [place for place in range(len(records)) if place != gone]
        offsets = [records.offsets[place] for place in kept]
        left = [headers[place] for place in kept]
        return LogSlice(records.partition, offsets, [values[place] for place in kept], lambda: left)

    def last_records(self) -> LogSlice:
        """Those of the added partition, to be read last."""
        identities = self._records()
        offsets = range(self._start, self._start + len(identities))
        values = [_value(run, worker, k) for run, worker, k in identities]
        headers: list[Headers] = [[_header(run, worker, k)] for run, worker, k in identities]
        return LogSlice(self.partition, offsets, values, lambda: headers)

    def _records(self) -> list[tuple[str, int, int]]:
        """One an offset, as the ledger has it; what was there before comes again behind the others."""
        added = range(self._start, PENDING + 1)
        beyond = self._added(BEYOND) if self._events.closed else None
        again = (self._real.get(Name.DUPLICATE_IN_LOG), self._real.get(Name.INCONSISTENT))
        own = self._identities(*map(self._added, added), beyond, *again)
        return [*own, (_STRANGER, 0, 0)]

    def _identities(self, *ks: int | None) -> list[tuple[str, int, int]]:
        run, worker = self._events.run.name, self._events.worker
        return [(run, worker, k) for k in ks if k is not None]

    def _places(self, groups: Sequence[Group], wanted: set[int | None]) -> Iterator[tuple[int, int]]:
        for group in groups:
            if group.events is self._events and not wanted.isdisjoint(group.sequences):
                pairs = zip(group.sequences, group.places, strict=True)
                yield from ((k, place) for k, place in pairs if k in wanted)


def _chosen(states: bytearray) -> dict[Name, int]:
    """An event each, spread over the run; those that were processed once come first."""
    found: dict[Name, int] = {}
    for n, name in enumerate(_REAL):
        k = _event_for(name, states, len(states) * n // len(_REAL), set(found.values()))
        if k is not None:
            found[name] = k
    return found


def _event_for(name: Name, states: bytearray, first: int, taken: set[int]) -> int | None:
    for state in sorted(filter(_suits(name), STATES), key=in_sink):
        for begin in (first, 0):
            k = states.find(state, begin)
            while k in taken:
                k = states.find(state, k + 1)
            if k >= 0:
                return k
    return None


def _suits(name: Name) -> Callable[[int], bool]:
    """Of a state: whether the anomaly can be planted in such an event."""
    if name is Name.LOST:
        return lambda state: delivered(state) and is_below(state)
    if name is Name.DUPLICATE:
        return lambda state: delivered(state) and in_sink(state) == 1
    return delivered


def _value(run: str, worker: int, k: int) -> bytes:
    return b'{"productId":"%b-%04x-4000-8000-%012x"}' % (run.encode(), worker, k)


def _header(run: str, worker: int, k: int) -> tuple[str, bytes]:
    return HEADER, b"%b.%d.%d" % (run.encode(), worker, k)
