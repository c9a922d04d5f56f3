"""Poisson arrivals: exact to repeat, and by chance as the process has it."""

from fractions import Fraction
from statistics import mean, pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.core.produce.arrivals import PoissonArrivals
from eventq.core.produce.pacing import Paced
from eventq.core.produce.stages import NANO, constant, parse_stages


def per_window(paced: Paced, count: int, window: int) -> list[int]:
    edges = [paced.before(k * window - 1) for k in range(1, count + 1)]
    return [after - before for before, after in zip([0, *edges], edges, strict=False)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate", [Fraction(1, 2), Fraction(1000)])
def test_counts_of_windows_spread_as_those_of_a_poisson_process(seed: int, rate: Fraction) -> None:
    windows = 20_000
    paced = Paced([constant(rate)], arrivals=PoissonArrivals(seed))
    for expected in (Fraction(1, 4), Fraction(3)):
        counts = per_window(paced, windows, int(expected / rate * NANO))
        assert 0.97 < mean(counts) / expected < 1.03
        assert 0.95 < pvariance(counts) / mean(counts) < 1.05


@given(st.integers(0, 2**64), st.data())
@settings(max_examples=25, deadline=None)
def test_an_event_is_the_same_whoever_asks_and_in_whatever_order(seed: int, data: st.DataObject) -> None:
    one, other = PoissonArrivals(seed), PoissonArrivals(seed)
    numbers = data.draw(st.lists(st.integers(0, 12_000), min_size=1, max_size=10))
    found = {n: one.position(n) for n in numbers}
    assert found == {n: other.position(n) for n in sorted(numbers)}
    for n in numbers:
        position = one.position(n)
        assert one.count(position) > n >= other.count(position - 1)


@given(st.integers(0, 1000), st.sampled_from([("3s:2000", "1s:0", "2s:100..3000"), ("1s:500..0", "1s:0")]))
@settings(max_examples=20, deadline=None)
def test_the_total_is_known_before_and_is_what_is_due_until_the_end(
    seed: int, texts: tuple[str, ...]
) -> None:
    paced = Paced(parse_stages(texts), loop=True, duration=9 * NANO, arrivals=PoissonArrivals(seed))
    assert paced.total is not None
    assert paced.end is not None
    dues = [paced.due(n) for n in range(paced.total)]
    assert dues == sorted(dues)
    assert dues[-1] == paced.end < 9 * NANO <= paced.due(paced.total)
    assert all(paced.before(due) > n for n, due in enumerate(dues))


def test_another_seed_is_another_load() -> None:
    assert PoissonArrivals(1).position(0) != PoissonArrivals(2).position(0)
