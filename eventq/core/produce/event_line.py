"""A line of `consume --events` as the event that it was, to be sent again: no byte of it is altered."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from eventq.core.parse import MOST

_VALUE = b'],"value":'
"""Of the line's own value: texts have their quotes escaped, and the list before it is that of the headers."""


class NotAnEvent(ValueError):
    """The text says what is wrong."""


class Event(NamedTuple):
    """`timestamp` in epoch milliseconds. None: no value (a tombstone), no key, not known."""

    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    partition: int | None
    timestamp: int | None


def parsed(line: bytes) -> Event:
    """NotAnEvent for what is none."""
    fields = _object(line)
    if "value" not in fields and "value_base64" not in fields:
        raise NotAnEvent("it has no value")
    headers = fields.get("headers", [])
    if not isinstance(headers, list):
        raise NotAnEvent("headers is not a list")
    return Event(
        _value(line, fields),
        _text(fields, "key"),
        [_header(header) for header in headers],
        _number(fields, "partition"),
        _number(fields, "timestamp"),
    )


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotAnEvent(f"it is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise NotAnEvent("it is not a JSON object")
    return fields


def _value(line: bytes, fields: dict[str, Any]) -> bytes | None:
    if "value_base64" in fields:
        return _base64(fields, "value_base64")
    if fields["value"] is None:
        return None
    start = line.find(_VALUE)
    written = line[start + len(_VALUE) :].rstrip(b"\r\n")[:-1] if start >= 0 else b""
    if written and _is(written, fields["value"]):
        return written
    return orjson.dumps(fields["value"])  # written by others in an order of their own


def _is(written: bytes, value: object) -> bool:
    try:
        return bool(orjson.loads(written) == value)
    except orjson.JSONDecodeError:
        return False


def _header(header: object) -> tuple[str, bytes | None]:
    if not isinstance(header, dict) or not isinstance(header.get("name"), str):
        raise NotAnEvent("a header has no name")
    return header["name"], _text(header, "value")


def _text(fields: dict[str, Any], name: str) -> bytes | None:
    if f"{name}_base64" in fields:
        return _base64(fields, f"{name}_base64")
    text = fields.get(name)
    if text is not None and not isinstance(text, str):
        raise NotAnEvent(f"{name} is not a text")
    return None if text is None else text.encode()


def _base64(fields: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(fields[name], validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise NotAnEvent(f"{name} is not base64") from error


def _number(fields: dict[str, Any], name: str) -> int | None:
    number = fields.get(name)
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise NotAnEvent(f"{name} is not a number from 0 on")
    if number is not None and not 0 <= number <= MOST:
        raise NotAnEvent(f"{name} is not a number from 0 on in 64 bits")
    return number
