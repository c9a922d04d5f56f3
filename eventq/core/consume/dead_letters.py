"""Dead letters: malformed records, whole, with where they were read and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from eventq.core.consume.copies import SOURCE
from eventq.core.consume.effects import identity
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.identity import Identity
from eventq.core.kafka import Header

ERROR = "eventq-error"
GROUP = "eventq-group"
_OURS = frozenset({SOURCE, ERROR, GROUP})


class DeadLetter(NamedTuple):
    """`timestamp` in epoch milliseconds, None for a record without one; all else as it was read."""

    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]
    reason: str
    identity: Identity | None


def dead_letters(records: RecordSlice, faults: Mapping[int, str]) -> Iterator[DeadLetter]:
    """Of every malformed record of the slice, in their order; `faults` may tell of records beyond it."""
    for i, reason in faults.items():
        if i < len(records):
            yield _dead_letter(records, i, reason)


def _dead_letter(records: RecordSlice, i: int, reason: str) -> DeadLetter:
    key, headers = records.extras(i)
    value, timestamp = records.values[i], records.timestamps[i]
    return DeadLetter(
        records.offset(i),
        None if timestamp < 0 else timestamp,
        key,
        value,
        headers,
        reason,
        identity(records, i, _product(value)),
    )


def _product(value: bytes | None) -> str | None:
    """An event may say which it is whatever else is wrong with it."""
    try:
        fields = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    product = fields.get("productId") if isinstance(fields, dict) else None
    return product if isinstance(product, str) else None


def letter_headers(letter: DeadLetter, topic: str, partition: int, group: str) -> list[Header]:
    """The record's own, then where it was read, why it was not processed, and by which group.

    Those of an earlier failure of the same event are replaced: there is one of each name.
    """
    own = [header for header in letter.headers if header[0] not in _OURS]
    said = {SOURCE: f"{topic}/{partition}/{letter.offset}", ERROR: letter.reason, GROUP: group}
    return [*own, *((name, text.encode(errors="backslashreplace")) for name, text in said.items())]
