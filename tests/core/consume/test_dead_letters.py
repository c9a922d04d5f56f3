"""What a dead letter carries: the record whole, where it was read, what is wrong with it."""

from eventq.core.consume.dead_letters import DeadLetter, dead_letters, letter_headers
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.identity import Identity

ID = "372d8a68-0002-4abc-8def-000000000011"


def slice_of(*values: bytes | None, stamp: int = 1_700_000_000_000, **headers: bytes | None) -> RecordSlice:
    said = list(headers.items())
    return RecordSlice(2, values, [stamp] * len(values), lambda i: 40 + i, lambda i: (b"k%d" % i, said))


def test_a_dead_letter_is_the_record_as_it_was_read_and_why_it_is_none() -> None:
    (letter,) = dead_letters(slice_of(b"1", b"\xff", b"3", a=b"\x00", b=None), {1: "not JSON"})
    assert letter == DeadLetter(
        41, 1_700_000_000_000, b"k1", b"\xff", [("a", b"\x00"), ("b", None)], "not JSON", None
    )


def test_what_was_not_processed_is_no_dead_letter() -> None:
    records, faults = slice_of(b"{", b"2", b"{", b"{"), {0: "x", 2: "y", 3: "z"}
    assert [letter.offset for letter in dead_letters(records.first(3), faults)] == [40, 42]


def test_a_record_without_a_time_or_a_value_has_none() -> None:
    (letter,) = dead_letters(slice_of(None, stamp=-1), {0: "no value"})
    assert (letter.value, letter.timestamp) == (None, None)


def test_an_event_says_which_it_is_by_its_header_or_by_its_id_whatever_else_is_wrong_with_it() -> None:
    spoilt = b'{"productId":"%s","price":"1"}' % ID.encode()
    (by_id,) = dead_letters(slice_of(spoilt), {0: "price"})
    (by_header,) = dead_letters(slice_of(spoilt, eventq=b"0badcafe.0.7"), {0: "price"})
    assert (by_id.identity, by_header.identity) == (
        Identity("372d8a68", 2, 17),
        Identity("0badcafe", 0, 7),
    )
    unknown = [b"[1]", b"{", b'{"productId":7}', b'{"productId":"x"}', None]
    letters = dead_letters(slice_of(*unknown), dict.fromkeys(range(5), "bad"))
    assert [letter.identity for letter in letters] == [None] * 5


def test_its_headers_are_those_of_the_record_then_where_and_why() -> None:
    (letter,) = dead_letters(slice_of(b"{", trace=b"1"), {0: "größer"})
    assert letter_headers(letter, "orders", 2, "billing") == [
        ("trace", b"1"),
        ("eventq-src", b"orders/2/40"),
        ("eventq-error", "größer".encode()),
        ("eventq-group", b"billing"),
    ]


def test_what_an_earlier_failure_said_is_replaced() -> None:
    (first,) = dead_letters(slice_of(b"{", trace=b"1"), {0: "old"})
    again = letter_headers(first, "orders", 2, "billing")
    (second,) = dead_letters(RecordSlice(0, [b"{"], [1], lambda _: 9, lambda _: (None, again)), {0: "new"})
    assert letter_headers(second, "redriven", 0, "billing") == [
        ("trace", b"1"),
        ("eventq-src", b"redriven/0/9"),
        ("eventq-error", b"new"),
        ("eventq-group", b"billing"),
    ]
