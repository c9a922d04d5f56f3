"""What --events printed is sent again as it was."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume.event_line import event_lines
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.produce.event_line import Event, NotAnEvent, parsed

NAMES = st.text(st.characters(codec="utf-8"), max_size=5)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
VALUES = (
    st.none()
    | st.binary(max_size=30)
    | TREES.map(lambda tree: json.dumps(tree).encode())
    | TREES.map(lambda tree: json.dumps(tree, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    | st.sampled_from(
        [b"null", b' {"value":1}', b'"],\\"value\\":"', b'[],"value":1', b'{"a":[],"value":[]}']
    )
)
BYTES = st.none() | st.binary(max_size=9) | st.sampled_from([b'],"value":1', b'"value":'])


def printed(event: Event) -> bytes:
    stamp = -1 if event.timestamp is None else event.timestamp
    extras = (event.key, event.headers)
    records = RecordSlice(event.partition or 0, [event.value], [stamp], lambda _: 7, lambda _: extras)
    return event_lines("orders", records, frozenset())


EVENTS = st.builds(
    Event,
    VALUES,
    BYTES,
    st.lists(st.tuples(NAMES, BYTES), max_size=3),
    st.integers(0, 2**31 - 1),
    st.none() | st.integers(0, 2**53),
)


@given(EVENTS)
def test_what_was_printed_is_read_byte_for_byte(event: Event) -> None:
    assert parsed(printed(event)) == event
    assert parsed(printed(event).rstrip(b"\n")) == event


@given(EVENTS)
def test_a_line_that_others_wrote_anew_means_the_same(event: Event) -> None:
    fields = orjson.loads(printed(event))
    other = parsed(json.dumps(dict(reversed(fields.items())), indent=2).encode())
    assert other._replace(value=None) == event._replace(value=None)
    if "value_base64" in fields or event.value is None:
        assert other.value == event.value
    else:
        assert orjson.loads(other.value or b"") == fields["value"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"key":"k"}', "no value"),
        (b'{"value":1,"key":1}', "key is not a text"),
        (b'{"value":1,"headers":{}}', "headers is not a list"),
        (b'{"value":1,"headers":[{"value":"v"}]}', "a header has no name"),
        (b'{"value":1,"headers":[{"name":"n","value":1}]}', "value is not a text"),
        (b'{"value_base64":"%%%"}', "value_base64 is not base64"),
        (b'{"value_base64":1}', "value_base64 is not base64"),
        (b'{"value":1,"partition":-1}', "partition is not a number"),
        (b'{"value":1,"timestamp":9223372036854775808}', "not a number from 0 on in 64 bits"),
        (b'{"value":1,"timestamp":true}', "timestamp is not a number"),
        (b'{"value":1,"timestamp":1.5}', "timestamp is not a number"),
    ],
)
def test_what_is_no_event_is_named(line: bytes, said: str) -> None:
    with pytest.raises(NotAnEvent, match=said):
        parsed(line)
