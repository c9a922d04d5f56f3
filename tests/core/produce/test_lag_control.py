"""A queue held at a set point, over a group that commits now and then; time is simulated."""

import pytest

from eventq.core.produce.consume_pace import ConsumePace
from eventq.core.produce.lag_control import sending_rate

MOST = 10_000
SAMPLE = 0.25
STEP = 0.01


def lags(before: float, after: float, period: float) -> tuple[list[float], list[float]]:
    """Lag and sending rate at each sample; the group consumes `before`, from second 30 on `after`."""
    pace = ConsumePace()
    produced = consumed = committed = rate = 0.0
    found, rates = [], []
    for tick in range(int(60 / STEP)):
        now = tick * STEP
        produced += rate * STEP
        consumed = min(produced, consumed + (before if now < 30 else after) * STEP)
        if tick % int(period / STEP) == 0:
            committed = consumed
        if tick % int(SAMPLE / STEP) == 0:
            pace.see(now, {0: int(committed)})
            lag = produced - committed
            rate = sending_rate(lag, MOST, pace.rate(now) or 0.0, SAMPLE + (pace.period or 1.0))
            rate = min(rate, (MOST - lag) / STEP, 50_000)
            found.append(lag)
            rates.append(rate)
    return found, rates


@pytest.mark.parametrize("after", [400.0, 2000.0, 5000.0])
def test_after_a_step_of_the_consumers_the_lag_settles_near_its_set_point(after: float) -> None:
    found, rates = lags(1000.0, after, period=1.0)
    settled = found[int((30 + 5 * 1.25) / SAMPLE) :]
    commit = after * 1.0
    assert max(settled) <= 0.8 * MOST + 0.1 * MOST + commit
    assert min(settled) >= 0.8 * MOST - 0.1 * MOST - commit
    assert max(found) <= MOST
    assert min(rates[int(35 / SAMPLE) :]) > 0, "it never stops and goes"


def test_a_limit_on_the_time_lag_lowers_the_set_point() -> None:
    assert sending_rate(1600, MOST, 1000, 1.25, max_time_lag=2.0) == 1000
    assert sending_rate(1600, MOST, 1000, 1.25) > 1000


def test_nothing_is_sent_while_the_queue_is_far_too_long() -> None:
    assert sending_rate(MOST, MOST, 100.0, 1.0) == 0


def test_the_commit_period_is_that_of_the_partition_that_commits_least_often() -> None:
    pace = ConsumePace()
    for second in range(40):
        pace.see(second, {0: second * 10, 1: second // 5 * 50})
    assert pace.period == 5
    assert pace.rate(39) == pytest.approx(20, rel=0.2)


def test_without_two_commits_nothing_is_known_of_a_group() -> None:
    pace = ConsumePace()
    pace.see(0, {0: 5})
    pace.see(1, {0: 9})
    assert (pace.period, pace.rate(2)) == (None, None)


def test_a_group_that_stops_committing_slows_down_in_what_is_known_of_it() -> None:
    pace = ConsumePace()
    for second in range(10):
        pace.see(second, {0: second * 100})
    assert pace.rate(9) == pytest.approx(100, rel=0.2)
    assert (pace.rate(12) or 0) < 80
    assert pace.rate(30) == 0
