"""Times are read exactly, and alike on every Python: against datetime's own integers."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.timestamps import first_millisecond

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ZONES = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
MICROSECONDS = st.integers(-(10**15), 10**16)
TIMES = st.builds(lambda us, zone: (EPOCH + timedelta(microseconds=us)).astimezone(zone), MICROSECONDS, ZONES)


@given(TIMES)
def test_a_time_is_the_first_millisecond_that_is_not_before_it(moment: datetime) -> None:
    microseconds = (moment - EPOCH) // timedelta(microseconds=1)
    assert first_millisecond(moment.isoformat()) == -(-microseconds // 1000)


@given(TIMES, st.text("0123456789", min_size=1, max_size=30))
def test_a_fraction_of_any_length_is_rounded_up(moment: datetime, digits: str) -> None:
    whole = moment.replace(microsecond=0)
    text = whole.isoformat()
    seconds = (whole - EPOCH) // timedelta(seconds=1)
    numerator = int(digits) * 1000
    expected = seconds * 1000 - (-numerator // 10 ** len(digits))
    assert first_millisecond(f"{text[:19]}.{digits}{text[19:]}") == expected


@given(TIMES)
def test_letters_may_be_small_and_offsets_without_a_colon(moment: datetime) -> None:
    text = moment.isoformat()
    compact = text[:-3] + text[-2:]
    assert first_millisecond(compact.replace("T", "t")) == first_millisecond(text)
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    assert first_millisecond(utc + "z") == first_millisecond(utc + "Z") == first_millisecond(utc)
    assert first_millisecond(utc) == first_millisecond(text)


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("2026-01-31T12:00:00Z", 1769860800000),
        ("2026-01-31T12:00:00.500999Z", 1769860800501),
        ("2026-01-31T12:00:00.500000001Z", 1769860800501),
        ("2026-01-31t12:00:00.5z", 1769860800500),
        ("2026-01-31 12:00:00", 1769860800000),
        ("2026-01-31T17:30:00+0530", 1769860800000),
        ("2026-01-31T17:30+05:30", 1769860800000),
        ("2026-01-31T13:00:00+01", 1769860800000),
        ("2026-01-31", 1769817600000),
        ("2026-01-31T12:00:00,25Z", 1769860800250),
        ("2016-12-31T23:59:60Z", 1483228800000),
        ("1969-12-31T23:59:59.9995Z", 0),
    ],
)
def test_every_form_is_read_alike(text: str, millis: int) -> None:
    assert first_millisecond(text) == millis


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-30",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:61Z",
        "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00+01:60",
        "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00Z ",
        "2026-01-31T12:00:00Z\n",
        "٢٠٢٦-01-31",
        "20260131T120000Z",
        "2026-01-31T13+01",
        "2026-W05-6",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RFC 3339"):
        first_millisecond(text)
