from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.produce.pacing import schedule
from eventq.core.produce.stages import NANO

RATES = st.fractions(min_value=Fraction(1, 5), max_value=1_000_000)


@given(RATES, st.integers(0, 10**12))
def test_an_event_is_due_exactly_when_the_schedule_reaches_its_number(rate: Fraction, n: int) -> None:
    paced = schedule(rate)
    due = paced.due(n)
    assert paced.before(due) == n + 1
    assert due == 0 or paced.before(due - 1) == n
    assert Fraction(due, NANO) - n / rate < Fraction(1, NANO)


@given(st.integers(1, 100_000), st.integers(1, 3600))
def test_a_rate_for_a_time_is_exactly_their_product(rate: int, seconds: int) -> None:
    assert schedule(Fraction(rate), None, seconds * NANO).total == rate * seconds


def test_a_rate_for_a_fraction_of_a_second_is_as_written() -> None:
    assert schedule(Fraction(10), None, NANO // 10).total == 1
    assert schedule(Fraction(1, 60), None, 60 * NANO).total == 1
    assert schedule(Fraction(1, 5), None, 11 * NANO).total == 3


def test_of_a_number_and_a_time_the_first_reached_ends() -> None:
    assert schedule(Fraction(10), 5, NANO).total == 5
    assert schedule(Fraction(10), 50, NANO).total == 10


def test_without_a_rate_all_is_due_until_the_time_is_over() -> None:
    unpaced = schedule(None, None, 2 * NANO)
    assert unpaced.before(NANO) is None
    assert not unpaced.time_is_up(2 * NANO - 1)
    assert unpaced.time_is_up(2 * NANO)


@given(RATES, st.integers(0, 10**9), st.integers(1, 50))
def test_stamps_are_due_times_in_milliseconds_and_never_go_back(
    rate: Fraction, first: int, count: int
) -> None:
    paced, start = schedule(rate), 1_795_471_879_279_123_456
    numbers = range(first, first + count)
    assert paced.stamps(numbers, start) == [(start + paced.due(n)) // 1_000_000 for n in numbers]
