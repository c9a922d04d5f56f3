"""Consecutive events on their way to the producer, in columns: one pass per column is what is fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eventq.core.kafka import Header


class Taken(NamedTuple):
    """Events of a feed, in columns; None for what it leaves to others.

    `stamps` are times in epoch milliseconds of the feed's own, None in it where it knows none. `identified`:
    the ids in the values tell the sequence numbers.
    """

    values: Sequence[bytes | None]
    keys: Sequence[bytes | None] | None = None
    headers: Sequence[Sequence[Header]] | None = None
    partitions: Sequence[int] | None = None
    stamps: Sequence[int | None] | None = None
    identified: bool = False


@dataclass(frozen=True, slots=True)
class EventBatch:
    """`numbers` are the events' places in the schedule, `keys` None for no keys.

    `stamps` are the records' times in epoch milliseconds; None: that at which the client takes each.

    `due` is when the first of them was due, by the monotonic clock; the others follow within a batch's time.

    `first` is the first one's sequence number among all that the worker has offered. Without `headers` they
    have none, without `partitions` the client chooses. `identified`: the ids in the values tell the sequence
    numbers.
    """

    numbers: Sequence[int]
    values: Sequence[bytes | None]
    stamps: Sequence[int | None] | None
    keys: Sequence[bytes | None] | None
    due: float
    first: int = 0
    headers: Sequence[Sequence[Header]] | None = None
    partitions: Sequence[int] | None = None
    identified: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def size(self, start: int, end: int) -> int:
        """Bytes of the keys and values from `start` up to `end`."""
        keys = 0 if self.keys is None else sum(len(key or b"") for key in self.keys[start:end])
        return keys + sum(map(len, filter(None, self.values[start:end])))
