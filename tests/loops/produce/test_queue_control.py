"""What the parent of a bounded run makes of samples of its queue."""

from typing import Any

import pytest

from eventq.core.errors import EventqError, ThresholdBreached, TimedOut
from eventq.core.lag.snapshot import PartitionLag, Status
from eventq.core.produce.deal import HandedOver, SettledEvents
from eventq.core.produce.queue_bound import OnFull, QueueBound
from eventq.core.produce.queue_sample import QueueSample
from eventq.loops.produce.queue_control import QueueControl
from tests.loops.fake_children import FakeClock


class QueueWorld:
    """One worker, whose queue a test samples as it likes; a second passes with each turn."""

    def __init__(self, on_full: OnFull = OnFull.BLOCK, **more: Any) -> None:
        self.interval = 1.0
        self.latest: QueueSample | None = None
        self.clock = FakeClock()
        self.notes: list[str] = []
        self.handed = 0
        bound = QueueBound("g", 100, on_full, 80, **more)
        self.control = QueueControl(bound, 1, self, self.clock, self.notes.append)

    def sample(self, end: int, committed: int, **more: Any) -> None:
        part = PartitionLag("t", 0, Status.OK, 0, committed, end, lag=end - committed)
        settled = SettledEvents(more.pop("settled", self.handed), {})
        self.latest = QueueSample(self.clock.seconds, settled, (part,), **more)

    def turn(self, *, due: bool = True) -> Any:
        self.clock.seconds += 1
        deals = self.control.turn([HandedOver(self.handed, {}, ended=False)], due=due)
        return None if deals is None else deals[0]

    def error(self) -> EventqError | None:
        return self.control.error

    def hand_all(self) -> None:
        self.handed = self.control.limit(0)
        self.turn()


def test_block_hands_out_what_is_free_and_waits_at_the_bound_until_the_lag_has_come_down() -> None:
    world = QueueWorld()
    world.sample(end=10, committed=0)
    assert world.turn().limit == 90
    world.hand_all()
    world.sample(end=100, committed=0)
    assert world.turn() is None
    world.sample(end=100, committed=15)
    assert world.turn() is None, "85 are still above --resume-lag 80"
    assert world.control.now().binds == "lag"
    world.sample(end=100, committed=20)
    assert world.turn().limit == 110
    assert world.control.report().held_seconds > 0


def test_what_is_on_its_way_counts_as_lag() -> None:
    world = QueueWorld()
    world.handed = 40
    world.sample(end=10, committed=0, settled=5)
    assert world.turn().limit == 95


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"members": 0}, "group g has no members (start its consumers)"),
        ({"error": "no coordinator"}, "its lag is not known (no coordinator)"),
        ({"age": 31.0}, "its oldest unread event is older than --max-time-lag 30 s"),
    ],
    ids=["no members", "unknown lag", "too old"],
)
def test_nothing_is_dealt_for_a_reason_that_is_told_every_ten_seconds(
    known: dict[str, Any], said: str
) -> None:
    world = QueueWorld(max_time_lag=30.0)
    for _ in range(25):
        world.sample(end=0, committed=0, **known)
        deal = world.turn()
        assert deal is None or deal.limit == 0
    assert world.notes == [f"nothing is sent: {said}"] * 2
    assert world.control.now().binds == said


def test_without_samples_the_run_is_held_and_ends_after_its_timeout() -> None:
    world = QueueWorld(timeout=30.0)
    for _ in range(40):
        world.turn()
    assert world.notes[0] == "nothing is sent: its lag can't be read"
    assert isinstance(world.control.error, TimedOut)


def test_fail_ends_the_run_only_when_nothing_is_on_its_way() -> None:
    world = QueueWorld(OnFull.FAIL)
    world.sample(end=0, committed=0)
    world.turn()
    world.hand_all()
    world.sample(end=60, committed=0, settled=60)
    world.turn()
    assert world.error() is None, "40 events are on their way"
    world.sample(end=100, committed=0)
    world.turn()
    assert isinstance(world.error(), ThresholdBreached)
    assert "lag is 100, with --max-lag 100" in str(world.error())


def test_while_no_event_is_due_nothing_is_held() -> None:
    world = QueueWorld(OnFull.FAIL)
    for _ in range(5):
        world.sample(end=100, committed=0)
        world.turn(due=False)
    assert (world.control.error, world.control.report().held_seconds) == (None, 0)


def test_slow_paces_its_deal() -> None:
    world = QueueWorld(OnFull.SLOW)
    for second in range(20):
        world.sample(end=80 + 10 * second, committed=10 * second)
        deal = world.turn()
    assert deal.rate == pytest.approx(10, rel=0.3)


@pytest.mark.parametrize(
    ("samples", "cause"),
    [
        ([(150, 0)], "start"),
        ([(50, 50), (350, 50)], "foreign"),
        ([(50, 50), (120, 10)], "rewind"),
        ([(50, 50), (150, 50)], None),
    ],
    ids=["longer at the start", "others produce", "commit went back", "kept"],
)
def test_what_broke_the_bound_is_told(samples: list[tuple[int, int]], cause: str | None) -> None:
    world = QueueWorld()
    for end, committed in samples:
        world.sample(end, committed)
        world.turn()
        world.hand_all()
    report = world.control.report()
    assert report.broken_by == cause
    assert report.max_lag_seen == max(end - committed for end, committed in samples)
    assert report.foreign == (200 if cause == "foreign" else 0)


def test_a_bound_that_the_commits_make_too_small_is_told_with_what_would_do() -> None:
    world = QueueWorld()
    for n in range(10):
        world.sample(end=n * 100 + 100, committed=n * 100)
        world.turn()
        world.hand_all()
        world.turn()
    (note,) = world.notes
    assert note.startswith("group g commits every 3.0 s: --max-lag 100 lets at most 33 events/s through; ")
    assert world.control.report().ceiling == pytest.approx(100 / 3)
