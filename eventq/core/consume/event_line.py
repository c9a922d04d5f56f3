"""One event as one JSON line, as --events prints it: nothing is altered.

A value is JSON in the line, as it was written, where a reader of JSON gets all of it; else it is there as
its bytes in base64: numbers beyond 64 bits or a float's digits, names that an object has twice, and what is
nested deeper than orjson writes. Both are there where JSON would not tell the bytes: it has line ends in it,
or is the text null, which alone means no value.
"""

import base64
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header


def event_lines(topic: str, records: RecordSlice, skip: frozenset[int]) -> bytes:
    """A line for each record whose index is not in `skip`."""
    return b"".join(_line(topic, records, i) for i in range(len(records)) if i not in skip)


def _line(topic: str, records: RecordSlice, i: int) -> bytes:
    key, headers = records.extras(i)
    event = {
        "topic": topic,
        "partition": records.partition,
        "offset": records.offset(i),
        "timestamp": None if records.timestamps[i] < 0 else records.timestamps[i],
        **_text("key", key),
        "headers": header_fields(headers),
        **_json("value", records.values[i]),
    }
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def header_fields(headers: Sequence[Header]) -> list[dict[str, str | None]]:
    """Their names and values; `value_base64` has bytes that are not UTF-8."""
    return [{"name": name, **_text("value", value)} for name, value in headers]


def _text(name: str, data: bytes | None) -> dict[str, Any]:
    try:
        return {name: None if data is None else data.decode()}
    except UnicodeDecodeError:
        return _base64(name, data or b"")


def _json(name: str, data: bytes | None) -> dict[str, Any]:
    if data is None:
        return {name: None}
    try:
        written = orjson.dumps([orjson.loads(data)])[1:-1]  # within a line, which can be written again too
        exact = written == data or _tokens(written) == _tokens(data)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, ArithmeticError):
        exact = False
    if not exact:
        return _base64(name, data)
    if written != b"null" and b"\n" not in data and b"\r" not in data:
        return {name: orjson.Fragment(data)}
    return {name: orjson.Fragment(written), **_base64(name, data)}


def _tokens(text: bytes) -> object:
    """What the JSON text says, with every digit of its numbers and every name of its objects."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal, object_pairs_hook=tuple)


def _base64(name: str, data: bytes) -> dict[str, Any]:
    return {f"{name}_base64": base64.b64encode(data).decode()}
