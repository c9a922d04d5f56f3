from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import UsageError
from eventq.core.start import Start, StartKind, parse_place, parse_start


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("0", Start(StartKind.OFFSET, 0)),
        ("999999999999", Start(StartKind.OFFSET, 999_999_999_999)),
        ("@0", Start(StartKind.TIME, 0)),
        ("@1769860801000", Start(StartKind.TIME, 1769860801000)),
        ("2026-01-31T12:00:00.500999Z", Start(StartKind.TIME, 1769860800501)),
        ("1969-01-01T00:00:00Z", Start(StartKind.TIME, 0)),
    ],
)
def test_a_place_is_an_offset_a_time_or_epoch_milliseconds(text: str, start: Start) -> None:
    assert parse_place(text) == start
    assert parse_start(from_beginning=False, text=text) == start


@pytest.mark.parametrize("text", ["1769860801000", "1000000000000"])
def test_bare_epoch_milliseconds_are_no_offset_and_the_way_to_write_them_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="epoch milliseconds") as refused:
        parse_place(text)
    assert refused.value.hint == f"write it as @{text}"


@pytest.mark.parametrize("text", ["@", "@-1", "@1.5", "@soon", "@@1", "@253402300800000", "@" + "9" * 5000])
def test_what_follows_an_at_sign_is_milliseconds_or_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not epoch milliseconds"):
        parse_place(text)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        assert parse_place(text).value >= 0
