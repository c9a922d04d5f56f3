"""A line of --events gives back what was read, or its bytes: nothing altered."""

import base64
import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume.event_line import event_lines
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header


def line(
    value: bytes | None, *, key: bytes | None = None, headers: tuple[Header, ...] = (), timestamp: int = 5
) -> dict[str, Any]:
    records = RecordSlice(0, [value], [timestamp], lambda i: 7 + i, lambda _: (key, headers))
    block = event_lines("orders", records, frozenset())
    assert block.count(b"\n") == 1
    assert block.endswith(b"\n")
    document: dict[str, Any] = json.loads(block, parse_float=Decimal)
    assert "value" in document or "value_base64" in document
    return document


def test_a_line_has_what_a_record_has() -> None:
    assert line(b'{"a": 1}', key=b"k", headers=(("h", b"v"), ("n", None))) == {
        "topic": "orders",
        "partition": 0,
        "offset": 7,
        "timestamp": 5,
        "key": "k",
        "headers": [{"name": "h", "value": "v"}, {"name": "n", "value": None}],
        "value": {"a": 1},
    }


def test_a_record_without_a_timestamp_has_none() -> None:
    assert line(b"1", timestamp=-1)["timestamp"] is None


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 254 + b"]" * 254,
        b"[" * 255 + b"]" * 255,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"12345678901234567890123",
        b"-9223372036854775809",
        b"0.1234567890123456789",
        b"1e400",
        b"1e99999999999999999999",
        b'{"a":1,"a":2}',
        b'[{"a":{"b":1,"b":1}}]',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b"NaN",
        b"[Infinity]",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"",
        b"{",
        "1".encode("utf-16"),
        b"9" * 5000,
    ],
)
def test_what_json_can_not_give_back_exactly_is_given_as_its_bytes(value: bytes) -> None:
    assert base64.b64decode(line(value)["value_base64"]) == value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (b"[" * 250 + b"]" * 250, json.loads("[" * 250 + "]" * 250)),
        (b'{"a" : [1.10, 1E2, -0.0, 18446744073709551615]}\n', {"a": [Decimal("1.1"), 100, 0, 2**64 - 1]}),
        (b'"\\u00e9\\/\\ud83d\\ude00"', "é/😀"),
        (b" null ", None),
        (b"{\n}", {}),
        (b'{"a":\r1}', {"a": 1}),
    ],
)
def test_what_is_only_written_otherwise_is_json(value: bytes, read: object) -> None:
    assert line(value)["value"] == read


@pytest.mark.parametrize("value", [b"null", b" null", b"{\n}", b"[1,\r\n2]\n"])
def test_where_the_line_does_not_tell_the_bytes_they_stand_beside_the_json(value: bytes) -> None:
    document = line(value)
    assert "value" in document
    assert base64.b64decode(document["value_base64"]) == value


def test_a_record_without_a_value_has_no_bytes() -> None:
    document = line(None)
    assert (document["value"], "value_base64" in document) == (None, False)


def test_blanks_and_ways_of_writing_are_kept() -> None:
    value = b'{"a" : [ 1.10,1E2 ,\t"\\u00e9"] } '
    records = RecordSlice(0, [value], [5], lambda i: 7 + i, lambda _: (None, ()))
    assert value in event_lines("orders", records, frozenset())


@pytest.mark.parametrize("data", [b"\xff", b"\xed\xa0\x80", b"a\x80"])
def test_keys_and_headers_that_are_not_utf8_are_given_as_their_bytes(data: bytes) -> None:
    document = line(b"1", key=data, headers=(("h", data),))
    assert base64.b64decode(document["key_base64"]) == data
    assert base64.b64decode(document["headers"][0]["value_base64"]) == data


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def exactly(text: bytes | str) -> object:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=tuple)


@given(TREES.map(lambda tree: json.dumps(tree).encode()) | st.binary(max_size=30))
def test_no_value_is_altered(value: bytes) -> None:
    document = line(value)
    if "value_base64" in document:
        assert base64.b64decode(document["value_base64"]) == value
        return
    records = RecordSlice(0, [value], [5], lambda i: 7 + i, lambda _: (None, ()))
    printed = dict(exactly(event_lines("orders", records, frozenset())))  # type: ignore[call-overload]
    assert printed["value"] == exactly(value)


@given(st.dictionaries(st.text(max_size=5), st.integers(-100, 100) | st.text(max_size=5)))
def test_what_orjson_wrote_is_json(tree: dict[str, Any]) -> None:
    assert line(orjson.dumps(tree))["value"] == tree
