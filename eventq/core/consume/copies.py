"""Records as the Kafka sink copies them: what they were, with a header more: where it was read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header

SOURCE = "eventq-src"
"""The header, also of dead letters: TOPIC/PARTITION/OFFSET. Of several the last one is the latest."""

_PLACE = re.compile(rb"([A-Za-z0-9._-]{1,249})/(\d{1,10})/(\d{1,19})")


class CopiedFrom(NamedTuple):
    topic: str
    partition: int
    offset: int


class Copy(NamedTuple):
    """`timestamp` in epoch milliseconds, None for a record without one."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[Header]
    timestamp: int | None


def copies(topic: str, records: RecordSlice, faults: Mapping[int, str]) -> Iterator[Copy]:
    """Of every record of `topic` that is not malformed, in their order."""
    head = f"{topic}/{records.partition}/".encode()
    offset_of, extras, stamps = records.offset, records.extras, records.timestamps
    for i, value in enumerate(records.values):
        if i in faults:
            continue
        key, headers = extras(i)
        offset, stamp = offset_of(i), stamps[i]
        source = (SOURCE, head + b"%d" % offset)
        yield Copy(offset, key, value, [*headers, source], None if stamp < 0 else stamp)


def source_of(headers: Sequence[Header]) -> CopiedFrom | None:
    """Where a copy was read; None where no header says it, or not in this form: others may use the name."""
    for name, value in reversed(headers):
        if name == SOURCE:
            found = _PLACE.fullmatch(value or b"")
            return None if found is None else CopiedFrom(found[1].decode(), int(found[2]), int(found[3]))
    return None
