"""Records as members handle them: per partition, in columns, because one pass per column is what is fast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from eventq.core.kafka import Header

Extras = Callable[[int], tuple[bytes | None, Sequence[Header]]]


@dataclass(frozen=True, slots=True)
class RecordSlice:
    """Records of one partition in their order.

    `timestamps` in epoch milliseconds; `offset(i)` and `extras(i)`, its key and headers, are asked of single
    records only: as columns they would cost every run what few runs need.
    """

    partition: int
    values: Sequence[bytes | None]
    timestamps: Sequence[int]
    offset: Callable[[int], int]
    extras: Extras

    def __len__(self) -> int:
        return len(self.values)

    def first(self, count: int) -> "RecordSlice":
        if count == len(self.values):
            return self
        return replace(self, values=self.values[:count], timestamps=self.timestamps[:count])

    @property
    def last_offset(self) -> int:
        return self.offset(len(self.values) - 1)
