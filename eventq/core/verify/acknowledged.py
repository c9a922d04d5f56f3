"""Where in the log events were acknowledged to be, as far as ledgers tell, and whether these are there.

A ledger tells for a batch of events which offsets they have in each partition. Where these offsets have no
gap, each of them holds one of the batch's events: whatever else stands there has taken its place.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventq.core.ledger.lines import SettledLine

if TYPE_CHECKING:
    from eventq.core.verify.runs import WorkerEvents

_ENOUGH = 100
"""Events of a range beyond which it is not joined with the next one."""

MOST = 1_000_000
"""Ranges that are kept, 40 bytes each."""


@dataclass(frozen=True, slots=True)
class AckedRange:
    """Every offset from `first` to `last` holds an event of this worker from `low` to `high`."""

    events: "WorkerEvents"
    first: int
    last: int
    low: int
    high: int


class _Partition:
    """The ranges of one partition in columns."""

    __slots__ = ("columns", "longest", "order")

    def __init__(self) -> None:
        self.columns = tuple(array("q") for _ in range(5))
        self.order: Sequence[int] | None = None
        self.longest = 0

    def __len__(self) -> int:
        return len(self.columns[0])

    def add(self, worker: int, first: int, last: int, low: int, high: int) -> None:
        """A range that goes on where the one before it ends becomes one with it."""
        workers, firsts, lasts, lows, highs = self.columns
        self.longest = max(self.longest, last + 1 - first)
        if workers and workers[-1] == worker and lasts[-1] + 1 == first and last - firsts[-1] < _ENOUGH:
            lasts[-1], lows[-1], highs[-1] = last, min(lows[-1], low), max(highs[-1], high)
            self.longest = max(self.longest, last + 1 - firsts[-1])
            return
        for column, value in zip(self.columns, (worker, first, last, low, high), strict=True):
            column.append(value)

    def within(self, first: int, last: int) -> Iterator[int]:
        """The places in the columns of the ranges that have an offset from `first` to `last`."""
        firsts, lasts = self.columns[1], self.columns[2]
        if self.order is None:
            self.order = array("q", sorted(range(len(firsts)), key=firsts.__getitem__))
        begin = bisect_left(self.order, first - self.longest, key=firsts.__getitem__)
        end = bisect_right(self.order, last, key=firsts.__getitem__)
        return (at for at in self.order[begin:end] if lasts[at] >= first)


class Acknowledged:
    """`dropped`: ranges that there was no room for, and which so are not compared with the log."""

    def __init__(self) -> None:
        self._partitions: dict[int, _Partition] = defaultdict(_Partition)
        self._workers: list[WorkerEvents] = []
        self._numbers: dict[int, int] = {}
        self._count = 0
        self.dropped = 0

    def add(self, events: "WorkerEvents", line: SettledLine) -> None:
        if not line.spans:
            return
        low, high = min(span[0] for span in line.spans), max(span[1] for span in line.spans)
        for partition, (first, last, count) in line.offsets.items():
            if last - first + 1 == count and first >= 0:
                self._keep(partition, events, (first, last, low, high))

    def _keep(self, partition: int, events: "WorkerEvents", span: tuple[int, int, int, int]) -> None:
        if self._count >= MOST:
            self.dropped += 1
            return
        number = self._numbers.setdefault(id(events), len(self._workers))
        if number == len(self._workers):
            self._workers.append(events)
        kept = self._partitions[partition]
        before = len(kept)
        kept.add(number, *span)
        self._count += len(kept) - before

    def within(self, partition: int, first: int, last: int) -> Iterator[AckedRange]:
        """The ranges of the partition that have an offset from `first` to `last`."""
        kept = self._partitions.get(partition)
        if kept is None:
            return
        workers, *columns = kept.columns
        for at in kept.within(first, last):
            begin, end, low, high = (column[at] for column in columns)
            yield AckedRange(self._workers[workers[at]], begin, end, low, high)
