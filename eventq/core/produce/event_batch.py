"""Consecutive events on their way to the producer, in columns: one pass per column is what is fast."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventBatch:
    """`numbers` are the events' places in the schedule, `keys` None for no keys.

    `stamps` are the records' times in epoch milliseconds; None: that at which the client takes each.

    `due` is when the first of them was due, by the monotonic clock; the others follow within a batch's time.

    `first` is the first one's sequence number among all that the worker has offered, `identities` what the
    headers say of these numbers (core/identity.py), None for no headers.
    """

    numbers: Sequence[int]
    values: Sequence[bytes]
    stamps: Sequence[int] | None
    keys: Sequence[bytes] | None
    due: float
    first: int = 0
    identities: Sequence[bytes] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def size(self, start: int, end: int) -> int:
        """Bytes of the keys and values from `start` up to `end`."""
        keys = 0 if self.keys is None else sum(map(len, self.keys[start:end]))
        return keys + sum(map(len, self.values[start:end]))
