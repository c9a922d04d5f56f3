"""One event as one JSON line, as --events prints it."""

import base64
from typing import Any

import orjson

from eventq.core.consume.record_slice import RecordSlice


def event_lines(topic: str, records: RecordSlice, skip: frozenset[int]) -> bytes:
    """A line for each record whose index is not in `skip`."""
    return b"".join(_line(topic, records, i) for i in range(len(records)) if i not in skip)


def _line(topic: str, records: RecordSlice, i: int) -> bytes:
    key, headers = records.extras(i)
    event = {
        "topic": topic,
        "partition": records.partition,
        "offset": records.offset(i),
        "timestamp": records.timestamps[i],
        **_text("key", key),
        "headers": [{"name": name, **_text("value", value)} for name, value in headers],
        **_json("value", records.values[i]),
    }
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def _text(name: str, data: bytes | None) -> dict[str, Any]:
    try:
        return {name: None if data is None else data.decode()}
    except UnicodeDecodeError:
        return _base64(name, data or b"")


def _json(name: str, data: bytes | None) -> dict[str, Any]:
    try:
        return {name: None if data is None else orjson.loads(data)}
    except orjson.JSONDecodeError:
        return _base64(name, data or b"")


def _base64(name: str, data: bytes) -> dict[str, Any]:
    return {f"{name}_base64": base64.b64encode(data).decode()}
