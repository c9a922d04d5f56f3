"""Records of the log as an audit reads them, and where in them the identity is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

from eventq.core.identity import HEADER
from eventq.core.verify.stamps import StampKind

_PREFIX = b'{"productId":"'
_QUOTE = ord('"')
_head = itemgetter(slice(len(_PREFIX)))
_id = itemgetter(slice(len(_PREFIX), len(_PREFIX) + 36))
_after = itemgetter(len(_PREFIX) + 36)

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class LogSlice:
    """Records of one partition in their order; `headers` is asked for only where they are needed."""

    partition: int
    offsets: Sequence[int]
    values: Sequence[bytes | None]
    headers: Callable[[], Sequence[Headers]]

    def __len__(self) -> int:
        return len(self.offsets)

    def first(self, count: int) -> "LogSlice":
        return LogSlice(self.partition, self.offsets[:count], self.values[:count], self.headers)


def stamped(records: LogSlice, stamp: StampKind) -> Sequence[Any]:
    """What carries the identity, of each record; None where it is missing."""
    if stamp is StampKind.HEADER:
        return [_stamp(headers) for headers, _ in zip(records.headers(), records.offsets, strict=False)]
    return records.values if stamp is StampKind.VALUE else product_ids(records.values)


def _stamp(headers: Headers) -> bytes | None:
    return next((value for name, value in headers if name == HEADER), None)


def product_ids(values: Sequence[bytes | None]) -> Sequence[Any]:
    """By its place where all values are in the usual compact form, else out of the JSON."""
    try:
        usual = set(map(_head, values)) == {_PREFIX} and set(map(_after, values)) == {_QUOTE}  # type: ignore[arg-type]
    except (TypeError, IndexError):
        usual = False
    return list(map(_id, values)) if usual else [_product_id(value) for value in values]  # type: ignore[arg-type]


def _product_id(value: bytes | None) -> str | None:
    try:
        found = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    product_id = found.get("productId") if isinstance(found, dict) else None
    return product_id if isinstance(product_id, str) else None
