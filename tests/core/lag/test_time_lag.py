"""How old the oldest unread record is: interpolated, and by its timestamp."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import Assume, Status, partition_lag
from eventq.core.lag.time_lag import Ends, Source, TimeLag, fetched, interpolated, oldest, unread

KEY = TopicPartition("orders", 0)


def ends(*points: tuple[float, int]) -> Ends:
    made = Ends()
    for at, end in points:
        made.add(at, end)
    return made


steps = st.lists(st.tuples(st.floats(0.01, 100.0), st.integers(0, 10**6)), min_size=1, max_size=400)


@given(steps, st.integers(0, 10**9))
def test_a_records_arrival_lies_between_the_samples_that_saw_the_end_before_and_after_it(
    moves: list[tuple[float, int]], first: int
) -> None:
    made, at, end = ends((0.0, first)), 0.0, first
    seen = [(at, end)]
    for seconds, records in moves:
        at, end = at + seconds, end + records
        seen.append((at, end))
        made.add(at, end)
    exact = len(moves) < 120
    for offset in {first, (first + end) // 2, end - 1} - {end}:
        if offset < first:
            continue
        found = made.passed(offset)
        assert found is not None
        assert math.isfinite(found)
        before = max(t for t, seen_end in seen if seen_end <= offset)
        after = min(t for t, seen_end in seen if seen_end > offset)
        assert (before <= found <= after) or not exact
        assert 0 <= found <= at
    assert made.passed(first - 1) is None
    assert made.passed(end) is None


@given(st.integers(1, 1000), st.integers(10, 2000))
def test_at_a_steady_rate_it_is_right_within_a_sample_however_long_the_history(rate: int, count: int) -> None:
    made = ends(*((float(n), n * rate) for n in range(count + 1)))
    for share in (0.0, 0.3, 0.9):
        offset = int(share * count * rate)
        assert made.passed(offset) == pytest.approx(offset / rate, abs=1.0)


def test_a_level_stretch_is_no_division_by_nothing_and_the_record_after_it_is_young() -> None:
    calm = ends((0.0, 200), (1.0, 200), (60.0, 200), (61.0, 201))
    assert calm.passed(200) == 60.5
    assert ends((0.0, 200), (60.0, 200)).passed(200) is None
    assert ends((0.0, 200), (60.0, 200)).passed(199) is None
    assert Ends().passed(0) is None


def test_an_end_that_went_back_begins_a_new_history() -> None:
    cut = ends((0.0, 0), (1.0, 100), (2.0, 50), (3.0, 60))
    assert cut.passed(40) is None
    assert cut.passed(55) == 2.55


def test_what_is_forgotten_was_passed_by_all() -> None:
    made = ends((0.0, 0), (1.0, 10), (2.0, 20), (3.0, 30))
    made.forget(15)
    assert made.passed(15) == 1.55
    assert made.passed(5) is None


@pytest.mark.parametrize(
    ("committed", "start", "end", "first"),
    [(40, 0, 100, 40), (None, 7, 100, 7), (10, 50, 100, 50), (100, 0, 100, None), (150, 0, 100, None)],
)
def test_what_is_unread_begins_at_the_commit_or_where_the_log_does(
    committed: int | None, start: int, end: int, first: int | None
) -> None:
    part = partition_lag(KEY, committed, Bounds(start, end), Assume.EARLIEST)
    assert unread(part) == (None if first is None else Range("orders", 0, first, end))


def test_a_partition_that_cannot_be_read_has_nothing_known_to_be_unread() -> None:
    part = partition_lag(KEY, 5, Bounds(error="away"), Assume.EARLIEST)
    assert part.status is Status.ERROR
    assert unread(part) is None


def test_a_record_of_the_future_is_0_old_and_said_to_be() -> None:
    found = fetched(1000.0, 1000.0, FirstRecord(1002.5))
    assert (found.seconds, found.source) == (0.0, Source.FETCHED)
    assert found.note == "the record is dated 2.5 s ahead of this machine's clock"


def test_a_remainder_without_a_record_is_consumed_and_a_failed_read_is_unknown() -> None:
    assert fetched(1000.0, 1000.0, FirstRecord()) == TimeLag(
        0.0, Source.FETCHED, "no readable record is left", empty=True
    )
    assert fetched(1000.0, 1000.0, FirstRecord(error="not leader")) == TimeLag(note="not leader")
    assert fetched(1000.0, 1000.0, FirstRecord(900.0)) == TimeLag(100.0, Source.FETCHED)
    assert interpolated(10.0, 10.5) == TimeLag(0.0, Source.INTERPOLATED)


def test_a_groups_is_the_oldest_and_unknown_as_soon_as_one_is() -> None:
    two = [TimeLag(3.0, Source.FETCHED), TimeLag(9.0, Source.INTERPOLATED)]
    assert oldest(two) == two[1]
    assert oldest([*two, TimeLag(note="x")]) == TimeLag()
    assert oldest([]) == TimeLag()
