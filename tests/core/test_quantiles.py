from hypothesis import given
from hypothesis import strategies as st

from eventq.core.quantiles import Histogram


@given(st.integers(0, 10**6), st.lists(st.integers(-1, 10**6), min_size=1))
def test_ages_are_counted_as_one_by_one_where_there_is_a_moment(now: int, moments: list[int]) -> None:
    batch, single = Histogram(), Histogram()
    batch.add_ages(now, moments)
    for moment in moments:
        if moment >= 0:
            single.add(max(0, now - moment))
    assert (batch.counts, batch.total, batch.max) == (single.counts, single.total, single.max)
