from fractions import Fraction

import pytest

from eventq.core.errors import UsageError
from eventq.core.parse import addresses, duration, rate


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


@pytest.mark.parametrize("text", ["", "a:1,", "a:port", "a:0", "a:70000", "PLAINTEXT://a:1", ":::", "a b:1"])
def test_what_is_no_address_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not an address"):
        addresses(text)
