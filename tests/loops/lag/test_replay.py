"""A recording is shown at its own pace, or as many times as fast as asked."""

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Assume, GroupLag, Snapshot, partition_lag
from eventq.core.lag.trend import GroupTrend
from eventq.loops.lag.replay import replay


class FakeClock:
    """`late`: what showing a sample takes."""

    def __init__(self, late: float = 0.0) -> None:
        self.seconds, self.late, self.paused = 7.0, late, list[float]()

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def pause(self, seconds: float) -> bool:
        self.paused.append(round(seconds, 6))
        self.seconds += seconds + self.late
        return False


def sample(at: float, lag: int = 5, error: str | None = None) -> Sample:
    part = partition_lag(TopicPartition("t", 0), 0, Bounds(0, lag), Assume.EARLIEST)
    group = GroupLag("g", "Stable", "classic", None, 1, (part,))
    return Sample(Snapshot(at, (group,)), {"g": GroupTrend()}, error=error)


def test_each_sample_comes_after_the_time_that_lay_before_it() -> None:
    clock = FakeClock()
    shown = list(replay([sample(10), sample(11), sample(15)], clock, clock.pause, 1.0))
    assert ([one.snapshot.at for one in shown], clock.paused) == ([10, 11, 15], [1.0, 4.0])
    fast = FakeClock()
    list(replay([sample(10), sample(11), sample(15)], fast, fast.pause, 10.0))
    assert fast.paused == [0.1, 0.4]


def test_what_showing_takes_does_not_add_up() -> None:
    clock = FakeClock(late=0.25)
    list(replay([sample(10), sample(11), sample(12)], clock, clock.pause, 1.0))
    assert clock.paused == [1.0, 0.75]


def test_samples_without_a_broker_keep_the_step_before() -> None:
    clock = FakeClock()
    shown = list(
        replay([sample(10), sample(12), sample(12, error="down"), sample(15)], clock, clock.pause, 1.0)
    )
    assert [one.stale for one in shown] == [False, False, True, False]
    assert clock.paused == [2.0, 2.0, 3.0]


def test_the_history_of_a_groups_lag_is_made_again_from_what_was_shown() -> None:
    clock = FakeClock()
    samples = [sample(1, 5), sample(2, 7), sample(2, 7, error="down"), sample(3, 9)]
    shown = list(replay(samples, clock, clock.pause, 1.0))
    assert [one.trends["g"].lags for one in shown] == [(5,), (5, 7), (5, 7), (5, 7, 9)]


def test_it_ends_when_asked_and_holds_the_last_sample_until_then() -> None:
    clock = FakeClock()
    assert len(list(replay([sample(1), sample(2)], clock, lambda _: True, 1.0))) == 1
    answers = iter([False, False, True])
    assert len(list(replay([sample(1), sample(2)], clock, lambda _: next(answers), 1.0, hold=True))) == 2
    assert list(answers) == []
