"""The running line is the line through the points that are left."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.lag.least_squares import LeastSquares

points = st.lists(st.tuples(st.integers(1, 10**5), st.integers(-(10**6), 10**9)), min_size=2, max_size=40)


def _exact_slope(kept: list[tuple[int, int]]) -> float:
    """By deviations from the means, in fractions: in floats large parts cancel out inexactly."""
    t_mean, y_mean = (Fraction(sum(column), len(kept)) for column in zip(*kept, strict=True))
    spread = sum((t - t_mean) ** 2 for t, _ in kept)
    return float(1000 * sum((t - t_mean) * (y - y_mean) for t, y in kept) / spread)


@given(points, st.integers(0, 38), st.integers(0, 10**15))
def test_it_is_the_least_squares_line_of_what_is_left(
    steps: list[tuple[int, int]], dropped: int, base: int
) -> None:
    at, seen = 0, []
    for gap, value in steps:
        at += gap
        seen.append((at / 1000, base + value))
    line = LeastSquares(*seen[0])
    for point in seen[1:]:
        line.add(*point)
    kept = seen[min(dropped, len(seen) - 2) :]
    for gone, following in pairwise(seen[: len(seen) - len(kept) + 1]):
        line.drop(*gone, following[0])
    assert line.slope == pytest.approx(_exact_slope([(round(t * 1000), value) for t, value in kept]))
    assert line.first == kept[0][0]


def test_one_point_has_no_slope() -> None:
    assert LeastSquares(5.0, 100).slope is None
