"""When a member commits and when it writes, under each guarantee, over a store in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery, SinkPlan
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.consume.work import Work
from eventq.core.errors import StoreUnavailable
from eventq.loops.consume.exactly_once import ExactlyOnce
from eventq.loops.consume.messages import MemberProgress, SinkDecides
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.sink import Sink
from eventq.loops.consume.stored_effects import StoredEffects
from eventq.loops.processes.messages import Failed, Stop
from eventq.loops.processes.parent_pipe import ParentPipe
from tests.loops.consume.fakes import FakeClock, FakeConsumer, MemberRun, events

SINK = SinkPlan("sqlite", "effects.db", retries=2, backoff=1.0)


class MemoryStore:
    """`failures` are of the next writes: before they change anything, or after (the answer is lost)."""

    def __init__(self) -> None:
        self.effects: list[tuple[int, int]] = []
        self.held: dict[int, Claim] = {}
        self.failures: list[str] = []
        self.opened = 0
        self.committed: list[Offsets] = []
        self.consumer: FakeConsumer | None = None

    def open(self) -> None:
        self.opened += 1

    def claim(self, starts: Offsets) -> dict[int, Claim]:
        for partition, start in starts.items():
            epoch, offset = self.held.get(partition, Claim(0, start))
            self.held[partition] = Claim(epoch + 1, offset)
        return {partition: self.held[partition] for partition in starts}

    def position(self, partition: int) -> Claim | None:
        return self.held.get(partition)

    def positions(self) -> Offsets:
        return {partition: claim.next_offset for partition, claim in self.held.items()}

    def write(self, records: RecordSlice, _faults: Mapping[int, str]) -> None:
        self._write(records, None)

    def write_once(self, records: RecordSlice, _faults: Mapping[int, str], move: Move) -> bool:
        if self.held[move.partition] != move.claim:
            return False
        self._write(records, move)
        return True

    def _write(self, records: RecordSlice, move: Move | None) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise StoreUnavailable("database is locked")
        assert self.consumer is not None
        self.committed.append(dict(self.consumer.group))
        self.effects += [(records.partition, records.offset(i)) for i in range(len(records))]
        if move is not None:
            self._move(move)
        if failure == "after":
            raise StoreUnavailable("the connection broke")

    def move(self, moves: Sequence[Move]) -> set[int]:
        refused = {move.partition for move in moves if self.held[move.partition] != move.claim}
        for move in moves:
            if move.partition not in refused:
                self._move(move)
        return refused

    def _move(self, move: Move) -> None:
        self.held[move.partition] = Claim(move.claim.epoch, move.to)

    def close(self) -> None: ...


class StoreRun(MemberRun):
    def __init__(self, log: Mapping[int, Sequence[bytes]], delivery: Delivery, **plan: Any) -> None:
        super().__init__(log, delivery=delivery, **plan)
        self.store = MemoryStore()
        self.store.consumer = self.consumer

    def sink(self, parent: ParentPipe, plan: MemberPlan, clock: FakeClock) -> Sink:
        retries = Retries(self.store, SINK, parent, clock)
        kind = ExactlyOnce if plan.delivery is Delivery.EXACTLY_ONCE else StoredEffects
        return kind(self.consumer, parent, plan, self.store, retries, clock)


ALL = {0: events(5), 1: events(3)}
EVERY_EFFECT = sorted((p, offset) for p, values in ALL.items() for offset in range(len(values)))


@pytest.mark.parametrize("delivery", list(Delivery))
def test_without_a_crash_every_event_has_its_effect_once_under_each_guarantee(delivery: Delivery) -> None:
    run = StoreRun(ALL, delivery)
    run.run()
    assert sorted(run.store.effects) == EVERY_EFFECT
    assert run.consumer.group == {0: 5, 1: 3}


def test_at_most_once_has_committed_what_it_writes_and_says_how_much_is_at_risk() -> None:
    run = StoreRun(ALL, Delivery.AT_MOST_ONCE)
    run.run()
    assert run.store.committed == [{0: 5, 1: 0}, {0: 5, 1: 3}]
    assert run.pipe.of(MemberProgress)[-1].tally.at_risk == 5


def test_at_most_once_writes_nothing_that_could_not_be_committed() -> None:
    run = StoreRun(ALL, Delivery.AT_MOST_ONCE)

    def refuse() -> None:
        run.consumer.assign(0, 1)

    def fail_next() -> None:
        run.consumer.refusals.extend(["no coordinator"] * 3)

    run.run(refuse, fail_next)
    assert sorted(run.store.effects) == EVERY_EFFECT
    assert all(group[0] == 5 for group in run.store.committed[-1:])


def test_at_least_once_commits_nothing_before_it_is_written() -> None:
    run = StoreRun(ALL, Delivery.AT_LEAST_ONCE)
    run.run()
    assert run.store.committed == [{0: 0, 1: 0}] * 2


def test_exactly_once_goes_on_where_the_store_is_whatever_the_group_has_committed() -> None:
    run = StoreRun(ALL, Delivery.EXACTLY_ONCE)
    run.store.held = {0: Claim(3, 4), 1: Claim(1, 0)}
    run.consumer.group.update({0: 2, 1: 2})
    run.run()
    assert sorted(run.store.effects) == [(0, 4), (1, 0), (1, 1), (1, 2)]
    assert run.store.held == {0: Claim(4, 5), 1: Claim(2, 3)}
    assert run.consumer.group == {0: 5, 1: 3}
    assert run.pipe.of(SinkDecides) == [SinkDecides(0, 2, 4), SinkDecides(1, 2, 0)]


def test_exactly_once_moves_the_position_over_control_records_too() -> None:
    run = StoreRun(ALL, Delivery.EXACTLY_ONCE)
    run.consumer.ends_of[0] = 7
    run.run()
    assert run.store.held[0] == Claim(1, 7)
    assert run.consumer.group[0] == 7


@pytest.mark.parametrize("delivery", list(Delivery))
def test_a_store_that_fails_for_a_while_is_opened_anew_and_tried_again(delivery: Delivery) -> None:
    run = StoreRun(ALL, delivery)
    run.store.failures = ["before", "before"]
    run.run()
    assert sorted(run.store.effects) == EVERY_EFFECT
    assert run.store.opened == 3
    assert not run.pipe.of(Failed)


def test_exactly_once_asks_how_a_write_ended_whose_answer_was_lost() -> None:
    run = StoreRun(ALL, Delivery.EXACTLY_ONCE)
    run.store.failures = ["after"]
    run.run()
    assert sorted(run.store.effects) == EVERY_EFFECT


def test_at_least_once_writes_twice_what_it_does_not_know_the_end_of() -> None:
    run = StoreRun(ALL, Delivery.AT_LEAST_ONCE)
    run.store.failures = ["after"]
    run.run()
    assert set(run.store.effects) == set(EVERY_EFFECT)
    assert len(run.store.effects) == len(EVERY_EFFECT) + 5


@pytest.mark.parametrize("delivery", [Delivery.AT_LEAST_ONCE, Delivery.EXACTLY_ONCE])
def test_a_store_that_stays_down_ends_the_member_with_nothing_committed_that_was_not_written(
    delivery: Delivery,
) -> None:
    run = StoreRun(ALL, delivery)
    run.store.failures = ["before"] * 9
    run.run()
    (failed,) = run.pipe.of(Failed)
    assert failed.message == "the sink sqlite:effects.db can't be written: database is locked"
    assert run.store.effects == []
    assert run.consumer.group == {0: 0, 1: 0}


def test_a_member_that_was_replaced_writes_nothing_more_of_that_partition_until_it_owns_it_again() -> None:
    run = StoreRun(ALL, Delivery.EXACTLY_ONCE)

    def replaced() -> None:
        run.consumer.assign(0, 1)

    def taken_over() -> None:
        """By another, which writes two events of partition 0 and then loses it again."""
        run.consumer.at = {0: 0, 1: 0}
        run.store.held[0] = Claim(9, 2)

    run.run(replaced, taken_over)
    assert sorted(run.store.effects) == [(0, 2), (0, 3), (0, 4), (1, 0), (1, 1), (1, 2)]
    assert run.store.held[0] == Claim(10, 5)
    assert run.consumer.group == {0: 5, 1: 3}


def test_a_partition_that_went_in_the_meantime_is_not_claimed_again() -> None:
    run = StoreRun(ALL, Delivery.EXACTLY_ONCE)

    def taken_over() -> None:
        run.consumer.at = {0: 0, 1: 0}
        run.store.held[0] = Claim(9, 2)

    run.run(lambda: run.consumer.assign(0, 1), taken_over, lambda: run.consumer.lose(0))
    assert run.store.held[0] == Claim(9, 2)
    assert sorted(run.store.effects) == [(1, 0), (1, 1), (1, 2)]


@pytest.mark.parametrize(("delivery", "effects"), [(Delivery.AT_MOST_ONCE, 5), (Delivery.AT_LEAST_ONCE, 2)])
def test_a_stop_ends_a_slice_in_the_middle_only_where_the_rest_comes_again(
    delivery: Delivery, effects: int
) -> None:
    run = StoreRun({0: events(5)}, delivery, work=Work(0.01, 0.01))
    run.pipe.later = [(run.clock.seconds + 0.045, Stop())]
    run.run()
    assert len(run.store.effects) == run.consumer.group[0] == effects
