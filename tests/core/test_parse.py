from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import UsageError
from eventq.core.parse import MOST, addresses, duration, rate, whole


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1.5s", 1.5), ("250us", 0.00025)],
)
def test_a_duration_is_read_in_every_unit(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "s", "-1s", "1s 2", "1x", "1e3s"])
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a duration"):
        duration(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("100", 100), ("0.5", Fraction(1, 2)), ("100/s", 100), ("30/m", Fraction(1, 2)), ("1e6", 1_000_000)],
)
def test_a_rate_is_exact_in_every_unit(text: str, value: Fraction) -> None:
    assert rate(text) == value


@pytest.mark.parametrize("text", ["", "fast", "-1", "10/x", "nan", "inf"])
def test_what_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a rate"):
        rate(text)


def test_a_rate_of_zero_is_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match="never send"):
        rate("0")


def test_addresses_are_hosts_with_or_without_a_port() -> None:
    assert addresses("a:1, b.c:9092,[::1]:9092 ,d") == "a:1,b.c:9092,[::1]:9092,d"


def test_what_java_takes_for_an_address_is_taken() -> None:
    text = "PLAINTEXT://a:1,SASL_SSL://[fe80::1%eth0]:9092, ://b:2"
    assert addresses(text) == "a:1,[fe80::1%eth0]:9092,b:2"


@pytest.mark.parametrize(
    "text",
    ["", "a:1,", "a:port", "a:0", "a:70000", "PLAINTEXT://", "://", "a/b://c:1", "[::1%]:1", ":::", "a b:1"],
)
def test_what_is_no_address_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not an address"):
        addresses(text)


@pytest.mark.parametrize("text", ["99999999999h", "36501d", "9" * 90 + "s"])
def test_a_duration_that_nobody_lives_to_see_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="hundred years"):
        duration(text)


@pytest.mark.parametrize("text", ["1e308", "1e309", "1000000001", "9" * 90])
def test_a_rate_beyond_the_schedules_nanoseconds_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="nanosecond"):
        rate(text)


@pytest.mark.parametrize("text", ["1e99999999", "9" * 5000, "1" + "0" * 200])
def test_a_rate_of_endless_digits_is_refused_at_once(text: str) -> None:
    with pytest.raises(UsageError, match="not a rate"):
        rate(text)


def test_a_rate_below_one_in_a_hundred_years_is_refused() -> None:
    with pytest.raises(UsageError, match="less than an event"):
        rate("0." + "0" * 20 + "1")


def test_a_whole_number_is_digits_that_kafka_can_hold() -> None:
    assert [whole(text) for text in ("0", "007", str(MOST))] == [0, 7, MOST]
    for text in ("", "-1", "+1", "1.0", "1e5", " 1", "1\n", "1_000", "٣", "²", str(MOST + 1), "9" * 5000):
        assert whole(text) is None


@given(
    st.one_of(
        st.text(max_size=200), st.from_regex(r"[0-9.]{1,30}(us|ms|s|m|h|d|e[0-9]{1,5})", fullmatch=True)
    )
)
def test_any_text_is_a_quantity_or_a_usage_error(text: str) -> None:
    for read in (duration, rate, addresses):
        with suppress(UsageError):
            read(text)
