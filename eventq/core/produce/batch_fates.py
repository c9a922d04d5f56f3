"""What became of the events of one batch, by reports that do not say which event each is about."""

from collections.abc import Iterable, Sequence

from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.generate import sequence


class BatchFates:
    """Tells `settlements` once every event of the batch is reported: acknowledged are all but those refused.

    So acknowledgements, which are many, only need to be counted. `first` is the sequence number of the first
    of `count` events. A batch of which a report never comes is not told of: its events stay unknown.

    `values` None: their ids tell their sequence numbers. To keep the values of all that is in flight costs a
    tenth of a worker's time, as each event then needs memory that was not just given back.
    """

    def __init__(
        self, settlements: Settlements, count: int, first: int, values: Sequence[bytes | None] | None = None
    ) -> None:
        self._settlements, self._values, self._first = settlements, values, first
        self._size = self._left = count
        self._offsets: dict[int, tuple[int, int, int]] = {}
        self._refused: dict[int, tuple[Fate, str]] = {}
        self._indices: dict[bytes | None, list[int]] = {}

    def acked(self, partition: int, first: int, last: int, count: int) -> None:
        """`count` events of a partition, at offsets from `first` to `last`; below 0: the broker gave none."""
        if first >= 0:
            known = self._offsets.get(partition, (first, last, 0))
            self._offsets[partition] = (min(first, known[0]), max(last, known[1]), known[2] + count)
        self._count(count)

    def refused_at(self, index: int, fate: Fate, why: str) -> None:
        self._refused[index] = (fate, why)
        self._count(1)

    def refused(self, value: bytes | None, fate: Fate, why: str) -> None:
        """An event with this value. Where several have it, each of them may be the one: they are unknown."""
        found = self._places(value)
        told = (fate, why) if len(found) == 1 else (Fate.UNKNOWN, why)
        self._refused.update(dict.fromkeys(found, told))
        self._count(1)

    def _places(self, value: bytes | None) -> Sequence[int]:
        """Of the events that have this value."""
        if self._values is None:
            return [sequence(value or b"") - self._first]
        if not self._indices:
            for index, each in enumerate(self._values):
                self._indices.setdefault(each, []).append(index)
        return self._indices.get(value, [])

    def _count(self, count: int) -> None:
        self._left -= count
        if not self._left:
            self._tell()

    def _tell(self) -> None:
        count = self._size
        if not self._refused:
            self._settlements.acked([(self._first, self._first + count - 1)], self._offsets)
            return
        acked = [index for index in range(count) if index not in self._refused]
        self._settlements.acked(self._each(acked), self._offsets)
        for index, (fate, why) in self._refused.items():
            self._settlements.settled(fate, why, self._each([index]))

    def _each(self, indices: Iterable[int]) -> list[tuple[int, int]]:
        return [(self._first + index, self._first + index) for index in indices]
