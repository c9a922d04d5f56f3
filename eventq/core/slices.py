"""Records as members handle them: per partition, in columns, because one pass per column is what is fast."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Header = tuple[str, bytes | None]
Extras = Callable[[int], tuple[bytes | None, Sequence[Header]]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive records of one partition; `extras(i)` gives the key and headers of the i-th."""

    partition: int
    offsets: Sequence[int]
    timestamps: Sequence[int]
    values: Sequence[bytes | None]
    extras: Extras

    def __len__(self) -> int:
        return len(self.offsets)

    def first(self, count: int) -> "Slice":
        return Slice(
            self.partition, self.offsets[:count], self.timestamps[:count], self.values[:count], self.extras
        )
