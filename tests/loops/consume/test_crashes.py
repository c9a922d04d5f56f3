"""Crashes and kills on purpose: where a member dies, and whom the parent hits when."""

import signal

import pytest

from eventq.core.consume.delivery import Delivery
from eventq.core.consume.injection import (
    Crash,
    CrashPoint,
    Fault,
    FaultPlan,
    KillEvery,
    PauseAfter,
    PauseEvery,
)
from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.report import Tally
from eventq.core.faults import KillAfter
from eventq.loops.consume.fault_injector import FaultInjector
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.messages import Assigned, MemberProgress
from tests.loops.consume.fakes import FakeClock, Killed, events
from tests.loops.consume.test_delivery import StoreRun


def first_visit(point: CrashPoint) -> FaultPlan:
    """A seed by which a member dies at its first visit of the point."""
    crash = Crash(point, 1)
    seed = next(seed for seed in range(1000) if crash.visit(seed, 1, 0) == 1)
    return FaultPlan((crash,), seed)


@pytest.mark.parametrize(
    ("delivery", "point", "effects", "group"),
    [
        (Delivery.AT_LEAST_ONCE, CrashPoint.AFTER_CLAIM, 0, 0),
        (Delivery.AT_LEAST_ONCE, CrashPoint.MID_BATCH, 3, 0),
        (Delivery.AT_LEAST_ONCE, CrashPoint.BEFORE_COMMIT, 5, 0),
        (Delivery.AT_LEAST_ONCE, CrashPoint.AFTER_COMMIT, 5, 5),
        (Delivery.AT_MOST_ONCE, CrashPoint.AFTER_CLAIM, 0, 0),
        (Delivery.AT_MOST_ONCE, CrashPoint.BEFORE_COMMIT, 0, 0),
        (Delivery.AT_MOST_ONCE, CrashPoint.AFTER_COMMIT, 0, 5),
        (Delivery.AT_MOST_ONCE, CrashPoint.MID_BATCH, 3, 5),
        (Delivery.EXACTLY_ONCE, CrashPoint.MID_BATCH, 3, 0),
    ],
)
def test_a_member_dies_where_it_was_asked_to(
    delivery: Delivery, point: CrashPoint, effects: int, group: int
) -> None:
    run = StoreRun({0: events(5)}, delivery, faults=first_visit(point), number=1)
    with pytest.raises(Killed):
        run.run()
    assert len(run.store.effects) == effects
    assert run.consumer.group == {0: group}


class Injecting:
    """A group of two members, one of which has joined; signals are only noted."""

    def __init__(self, *faults: Fault) -> None:
        self.clock = FakeClock()
        plan = GroupPlan("t", "g", "fake", 2, restart=True)
        self.state = GroupState(plan, self.clock)
        self.sent: list[tuple[int, int]] = []
        self.injector = FaultInjector(
            FaultPlan(faults), self.state, self.clock, lambda pid, number: self.sent.append((pid, number))
        )
        for slot in self.state.slots:
            slot.begin(_Child(100 + slot.number), "c")
        self.state.slots[0].join(Assigned((0, 1), "m", 1))

    def processed(self, count: int) -> None:
        slot = self.state.slots[0]
        slot.heard(MemberProgress(Tally(processed=count), {}, {}, None, "consuming"), self.clock.monotonic())

    def turn(self, seconds: float = 0.0) -> list[tuple[int, int]]:
        self.clock.seconds += seconds
        self.sent.clear()
        self.injector.turn()
        return list(self.sent)


class _Child:
    open, done, exit = True, False, None

    def __init__(self, pid: int) -> None:
        self.pid: int | None = pid

    def send(self, message: object) -> None: ...

    def receive(self, take: object) -> None: ...

    def close(self) -> None: ...

    def kill(self) -> None: ...


def test_a_member_is_killed_once_so_many_events_were_processed() -> None:
    run = Injecting(KillAfter(1000), KillAfter(500))
    run.processed(499)
    assert run.turn() == []
    run.processed(500)
    assert run.turn() == [(101, signal.SIGKILL)]
    assert run.turn() == []
    run.processed(2000)
    assert run.turn() == [(101, signal.SIGKILL)]
    assert [(i.what, i.member, i.processed) for i in run.state.injected] == [
        ("kill", 1, 500),
        ("kill", 1, 2000),
    ]


def test_only_a_member_that_has_joined_is_hit_and_as_soon_as_there_is_one() -> None:
    run = Injecting(KillEvery(5.0))
    run.state.slots[0].member_id = None
    assert run.turn(5.0) == []
    run.state.slots[0].join(Assigned((0, 1), "m", 2))
    assert run.turn(1.0) == [(101, signal.SIGKILL)]
    assert run.turn(4.9) == []
    assert run.turn(0.1) == [(101, signal.SIGKILL)]


def test_a_stopped_member_goes_on_after_its_time_and_is_not_hit_meanwhile() -> None:
    run = Injecting(PauseEvery(5.0, 12.0), KillEvery(7.0))
    assert run.turn(5.0) == [(101, signal.SIGSTOP)]
    assert run.turn(6.0) == []
    assert run.turn(6.0) == [(101, signal.SIGCONT), (101, signal.SIGSTOP)]
    run.sent.clear()
    run.injector.resume()
    assert run.sent == [(101, signal.SIGCONT)]


def test_a_member_is_stopped_once_so_many_events_were_processed() -> None:
    run = Injecting(PauseAfter(500, 12.0))
    run.processed(499)
    assert run.turn() == []
    run.processed(500)
    assert run.turn() == [(101, signal.SIGSTOP)]
    assert run.turn(11.0) == []
    assert run.turn(1.0) == [(101, signal.SIGCONT)]


def test_a_fault_that_is_due_with_another_waits_for_the_next_turn() -> None:
    run = Injecting(KillAfter(500), KillAfter(600))
    run.processed(1000)
    assert [run.turn(), run.turn(), run.turn()] == [[(101, signal.SIGKILL)], [(101, signal.SIGKILL)], []]


def test_a_plan_without_faults_does_nothing() -> None:
    run = Injecting()
    run.processed(10**6)
    assert run.turn(10**6) == []
