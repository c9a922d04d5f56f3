"""Rates, ETA and skew against a simulated queue whose truth is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.lag.eta import Eta, EtaState, eta, last
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.trend import GroupTrend, Rates, Trend, trends
from eventq.core.lag.window import Window
from tests.core.lag.simulated_queue import Queue, other

counts = st.integers(0, 10**6)
gaps = st.lists(st.floats(0.05, 9.0), min_size=2, max_size=40)


@given(gaps, st.integers(0, 10**15), st.integers(0, 1000), st.integers(0, 1000))
def test_constant_rates_are_found_however_uneven_the_samples_are(
    steps: list[float], offset: int, arrival: int, consume: int
) -> None:
    queue = Queue(end=offset + 10**6, committed=offset)
    found = queue.sample()
    since = queue.now
    for seconds in steps:
        queue.now += seconds
        queue.end = offset + 10**6 + round(arrival * (queue.now - since))
        queue.committed = offset + round(consume * (queue.now - since))
        found = queue.sample()
    tolerance = 2.0 / min(10.0, queue.now - since) + 1e-6 * arrival
    assert found.rates.arrival == pytest.approx(arrival, abs=tolerance)
    assert found.rates.consume == pytest.approx(consume, abs=tolerance)


@given(st.lists(st.tuples(st.floats(0.05, 5.0), counts, counts), min_size=2, max_size=30))
def test_lag_slope_is_arrival_less_consume_and_no_rate_is_negative(
    steps: list[tuple[float, int, int]],
) -> None:
    queue = Queue(end=10)
    found = queue.sample()
    for seconds, arrive, consume in steps:
        found = queue.step(seconds, arrive, consume)
    arrival, consumed, slope = found.rates.arrival, found.rates.consume, found.rates.lag_slope
    assert arrival is not None
    assert consumed is not None
    assert slope is not None
    assert arrival >= -1e-9
    assert consumed >= -1e-9
    assert slope == pytest.approx(arrival - consumed, rel=1e-6, abs=1e-3)


def test_bursts_average_to_their_rate() -> None:
    queue = Queue(Window(60.0))
    found = queue.sample()
    for n in range(120):
        found = queue.step(1.0, arrive=1000 if n % 5 == 0 else 0, consume=150)
    assert found.rates.arrival == pytest.approx(200, rel=0.03)
    assert found.rates.consume == pytest.approx(150)


def test_commits_in_steps_hardly_move_the_rate() -> None:
    queue, seen = Queue(Window(60.0), end=10**6), []
    for n in range(200):
        found = queue.step(1.0, consume=500 if n % 5 == 0 else 0)
        seen.append(found.rates.consume or 0.0)
    assert max(abs(rate - 100) for rate in seen[60:]) < 3


@given(st.integers(1, 58))
def test_one_sample_that_was_read_late_hardly_moves_the_rate(late: int) -> None:
    queue = Queue(Window(60.0))
    found = queue.sample()
    for n in range(61):
        queue.now += 1.0
        queue.end += 100 + (300 if n == late else -300 if n == late + 1 else 0)
        found = queue.sample()
    assert found.rates.arrival == pytest.approx(100, rel=0.02)


def test_a_rate_begins_anew_where_the_commit_went_back_or_the_log_was_cut() -> None:
    queue = Queue(end=1000, committed=0)
    queue.run(5, arrive=10, consume=50)
    queue.committed = 100
    assert queue.step(arrive=10).rates.consume is None
    assert queue.run(3, arrive=10, consume=20).rates.consume == pytest.approx(20)
    queue.end = 900
    assert queue.sample().rates.arrival is None
    assert queue.run(3, arrive=7).rates.arrival == pytest.approx(7)


def test_no_rate_is_taken_across_a_recreation() -> None:
    queue = Queue(end=50)
    queue.run(3, arrive=10)
    queue.recreated, queue.end, queue.committed = True, 500, None
    assert queue.step().rates == Rates()


def test_a_restart_of_the_consumer_leaves_the_rates() -> None:
    queue = Queue(end=1000)
    queue.run(4, arrive=10, consume=20)
    queue.member = None
    queue.run(1, arrive=10, consume=20)
    queue.member = "m-2"
    assert queue.run(4, arrive=10, consume=20).rates.consume == pytest.approx(20)


def test_a_gap_is_spanned_and_what_could_not_be_read_has_no_trend() -> None:
    queue = Queue()
    queue.run(3, arrive=10)
    queue.gone = True
    assert queue.step(30.0, arrive=300) == Trend(judgement=queue.group.partitions[queue.key].judgement)
    queue.gone = False
    assert queue.step(1.0, arrive=10).rates.arrival == pytest.approx(10)


def test_where_nothing_was_ever_committed_nothing_is_consumed() -> None:
    queue = Queue(committed=None)
    queue.sample()
    assert queue.run(11, arrive=5).eta == Eta(EtaState.NEVER)


@given(st.integers(1, 10**9), st.floats(0, 1e6), st.floats(0, 1e6))
def test_eta_is_lag_by_what_consumption_gains(lag: int, arrival: float, consume: float) -> None:
    found = eta(lag, arrival, consume, full=True)
    if found.state is EtaState.FINITE:
        assert found.seconds == pytest.approx(lag / (consume - arrival))
    else:
        assert found == Eta(EtaState.NEVER)
        assert consume <= arrival * (1 + 1e-8) + 1e-8


@given(st.integers(50, 500), st.integers(0, 40), st.integers(41, 100))
def test_a_queue_is_empty_when_its_eta_said(lag: int, arrive: int, consume: int) -> None:
    queue = Queue(end=lag * 100)
    queue.sample()
    found, steps = queue.run(5, arrive, consume), 0
    while queue.part().lag:
        queue.end += arrive
        queue.committed = min((queue.committed or 0) + consume, queue.end)
        steps += 1
    assert found.eta.seconds == pytest.approx(steps, abs=1 + arrive / (consume - arrive))


def test_never_is_said_only_of_a_full_window() -> None:
    queue = Queue(end=100)
    queue.sample()
    assert queue.run(9, arrive=1).eta.state is EtaState.UNKNOWN
    assert queue.run(1, arrive=1).eta.state is EtaState.NEVER


def test_equal_rates_never_end_and_no_rounding_makes_them() -> None:
    queue = Queue(end=10**12, committed=10**12 - 7)
    queue.sample()
    assert queue.run(30, arrive=333, consume=333, seconds=0.7).eta == Eta(EtaState.NEVER)


def test_one_sample_is_too_few() -> None:
    assert Queue(end=5).sample().eta == Eta()
    assert Queue().sample().eta == Eta(EtaState.DONE, 0.0)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], Eta()),
        ([Eta(EtaState.DONE, 0.0), Eta(EtaState.FINITE, 9.0), Eta(EtaState.FINITE, 3.0)],
         Eta(EtaState.FINITE, 9.0)),
        ([Eta(EtaState.DONE, 0.0)] * 2, Eta(EtaState.DONE, 0.0)),
        ([Eta(EtaState.FINITE, 9.0), Eta()], Eta()),
        ([Eta(), Eta(EtaState.NEVER), Eta(EtaState.DONE, 0.0)], Eta(EtaState.NEVER)),
    ],
)  # fmt: skip
def test_a_group_is_done_when_its_last_partition_is(parts: list[Eta], whole: Eta) -> None:
    assert last(parts) == whole


def test_one_hot_partition_shows_as_skew_and_by_name() -> None:
    queue = Queue(end=90)
    queue.sample(other(1, 0), other(2, 6), other(3, 0))
    assert (queue.group.skew, queue.group.hottest) == (3.75, queue.key)
    queue.sample(other(1, None))
    assert queue.group.skew is None
    queue.end = 0
    queue.sample(other(1, 0))
    assert (queue.group.skew, queue.group.hottest, queue.group.total.eta.state) == (None, None, EtaState.DONE)


@given(st.lists(st.floats(0.1, 30.0), max_size=50), st.floats(1.0, 60.0))
def test_a_window_holds_its_seconds_and_one_point_before_them(steps: list[float], seconds: float) -> None:
    queue = Queue(Window(seconds))
    queue.sample()
    for step in steps:
        queue.step(step)
    points = queue.window.track("g", queue.key).points
    start = queue.now - seconds
    assert all(point.at > start for point in points[1:])
    assert points[0].at <= start or len(points) == len(steps) + 1
    assert [at for at, _ in queue.window.totals("g")] == [point.at for point in points]


def test_of_many_partitions_the_groups_take_turns_and_none_is_left_out() -> None:
    window, found, renewed = Window(60.0), dict[str, GroupTrend](), set[str]()
    for now in range(1, 4):
        parts = tuple(
            PartitionLag("orders", n, Status.OK, 0, 0, now * 10, lag=now * 10, lost=0) for n in range(3000)
        )
        names = ("a", "b", "c", *(("late",) if now > 2 else ()))
        groups = tuple(GroupLag(name, "Empty", "classic", None, 0, parts) for name in names)
        snapshot = Snapshot(float(now), groups)
        window.add(float(now), snapshot)
        before, found = found, trends(snapshot, window, found)
        assert set(found) == set(names)
        changed = {name for name in names if found[name] is not before.get(name)}
        assert len(changed) == (3 if now == 1 else 2)
        renewed |= changed if now > 1 else set()
    assert renewed == {"a", "b", "c", "late"}
