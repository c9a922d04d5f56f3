"""The Purchase event as others write it: what is well-formed, and what is wrong with what is not."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from eventq.core.parse import MOST

_PRICE_LIMIT = 10_000
_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_COMMON = re.compile(
    rb'\{"productId":"('
    + _UUID
    + rb')","price":((?:0|[1-9]\d{0,3})(?:\.\d+)?),"purchasedAt":(0|[1-9]\d{0,17})\}'
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """`purchased_at` in epoch milliseconds."""

    product_id: str
    price: float
    purchased_at: int


class Malformed(ValueError):
    """The value is not a Purchase; the text says why."""


def decode(value: bytes | None) -> Purchase:
    """The Purchase in `value`; fields in any order, unknown ones ignored. Malformed otherwise."""
    common = _COMMON.fullmatch(value or b"")
    if common is not None:
        return Purchase(common[1].decode(), float(common[2]), int(common[3]))
    return _purchase(_object(value))


def fault(value: bytes | None) -> str | None:
    """What is wrong with `value`, None if nothing is: as decode, for who does not need the Purchase."""
    if _COMMON.fullmatch(value or b""):
        return None
    try:
        _purchase(_object(value))
    except Malformed as error:
        return str(error)
    return None


def json_fault(value: bytes | None) -> str | None:
    """What keeps `value` from being JSON of any shape, None if nothing does."""
    try:
        _json(value)
    except Malformed as error:
        return str(error)
    return None


def _json(value: bytes | None) -> Any:
    if value is None:
        raise Malformed("no value (a tombstone)")
    if not value:
        raise Malformed("an empty value")
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}") from error


def _object(value: bytes | None) -> dict[str, Any]:
    parsed = _json(value)
    if not isinstance(parsed, dict):
        raise Malformed(f"not a JSON object but {type(parsed).__name__}")
    return parsed


def _purchase(fields: dict[str, Any]) -> Purchase:
    return Purchase(
        _product(fields.get("productId")), _price(fields.get("price")), _moment(fields.get("purchasedAt"))
    )


def _product(value: Any) -> str:
    if value is None:
        raise Malformed("no productId")
    try:
        return str(UUID(value)) if len(value) == len(str(UUID(int=0))) else _not_uuid(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise Malformed(f"productId is not a UUID: {value!r:.60}") from error


def _not_uuid(value: Any) -> str:
    raise Malformed(f"productId is not a UUID: {value!r:.60}")


def _price(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed("no price" if value is None else f"price is not a number: {value!r:.60}")
    if not 0 <= value < _PRICE_LIMIT:
        raise Malformed(f"price is not in [0, {_PRICE_LIMIT}): {value}")
    return float(value)


def _moment(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(
            "no purchasedAt" if value is None else f"purchasedAt is not whole milliseconds: {value!r:.60}"
        )
    if not -MOST <= value <= MOST:
        raise Malformed(f"purchasedAt is not milliseconds in 64 bits: {value}")
    return value
