"""What a copy of a record carries."""

import pytest

from eventq.core.consume.copies import CopiedFrom, copies, source_of
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header

_KEPT: list[Header] = [("a", b"1"), ("b", None)]


def test_a_copy_keeps_everything_and_says_last_where_it_was_read() -> None:
    records = RecordSlice(2, [b"x", b"bad", None], [5, 6, -1], lambda i: 10 + i, lambda _: (b"k", _KEPT))
    found = list(copies("orders", records, {1: "no JSON"}))
    headers = found[1].headers
    assert found[0] == (10, b"k", b"x", [*_KEPT, ("eventq-src", b"orders/2/10")], 5)
    assert found[1] == (12, b"k", None, [*_KEPT, ("eventq-src", b"orders/2/12")], None)
    assert source_of(headers) == CopiedFrom("orders", 2, 12)


@pytest.mark.parametrize("value", [None, b"", b"orders", b"orders/x/1", b"orders/1/"])
def test_a_header_of_another_form_says_nothing(value: bytes | None) -> None:
    assert source_of([("eventq-src", value)]) is None
