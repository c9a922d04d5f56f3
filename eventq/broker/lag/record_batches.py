"""What a partition answers to a Fetch, for a reader: its first record, past markers and aborted ones."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from kafka.record import MemoryRecords

_TRANSACTIONS = 2  # the format that has them


def first_of(row: Any, start: int, end: int, *, committed: bool) -> tuple[int | None, int]:
    """(timestamp in ms, -1 if it has none) of the first record in [start, end); and where to read on."""
    at = start
    for batch in _readable(row, committed=committed):
        if isinstance(batch, int):
            at = max(at, batch)
            continue
        for record in batch:
            if start <= record.offset < end:
                return (-1 if record.timestamp is None else record.timestamp), record.offset
            at = max(at, record.offset + 1)
    return None, at


def _readable(row: Any, *, committed: bool) -> Iterator[Any]:
    """Batches, and after each (or instead of it) the offset at which the next begins."""
    aborted = deque(sorted(row.aborted_transactions or (), key=lambda t: t.first_offset) if committed else ())
    producers: set[int] = set()
    for batch in MemoryRecords(row.records or b""):
        if batch.magic < _TRANSACTIONS:
            yield batch
            continue
        while aborted and aborted[0].first_offset <= batch.last_offset:
            producers.add(aborted.popleft().producer_id)
        if batch.is_control_batch:
            producers -= {batch.producer_id} if next(batch).abort else set()
        elif not (batch.is_transactional and batch.producer_id in producers):
            yield batch
        yield batch.next_offset
