"""When dead letters are written: after the effects beside them, before the commit that covers them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from eventq.core.consume.delivery import Delivery
from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.consume.work import Work
from eventq.core.errors import StoreUnavailable
from eventq.loops.consume.dead_letters import DeadLetterSink
from eventq.loops.consume.messages import EventLines, MemberProgress
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.simulated_work import SimulatedWork
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.messages import Failed, Stop
from eventq.loops.processes.parent_pipe import ParentPipe
from tests.loops.consume.fakes import FakeClock, Killed, MemberRun
from tests.loops.consume.test_crashes import first_visit
from tests.loops.consume.test_delivery import StoreRun

ASKED = OnMalformed(MalformedRule.DEAD_LETTER, "dead", retries=2, backoff=1.0)
LOG = {0: [b"1", b"{", b"3", b"}", b"5"], 1: [b"1", b"2"], 2: [b"{"]}
LETTERS = [(0, 1), (0, 3), (2, 0)]


class MemoryLetters:
    """`group` is what was committed at each write; `failures` counts the next writes that fail."""

    def __init__(self, committed: Callable[[], Offsets]) -> None:
        self._committed = committed
        self.kept: list[tuple[int, int]] = []
        self.group: list[Offsets] = []
        self.failures = 0
        self.opened = 0
        self.closed = False

    def open(self) -> None:
        self.opened += 1

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("NOT_ENOUGH_REPLICAS")
        found = [(records.partition, records.offset(i)) for i in faults if i < len(records)]
        assert found, "it was asked to write nothing"
        self.kept += found
        self.group.append(dict(self._committed()))

    def close(self) -> None:
        self.closed = True


class LetterRun(MemberRun):
    def __init__(self, log: Mapping[int, Sequence[bytes]] = LOG, **plan: Any) -> None:
        super().__init__(log, on_malformed=ASKED, **plan)
        self.letters = MemoryLetters(lambda: self.consumer.group)

    def sink(self, parent: ParentPipe, plan: MemberPlan, clock: FakeClock) -> Sink:
        inner = SimulatedWork(self.consumer, parent, plan, clock)
        return DeadLetterSink(inner, self.letters, Retries(self.letters, plan.on_malformed, parent, clock))


class BesideEffects(StoreRun):
    """Effects in a store, dead letters in a topic."""

    def __init__(self, log: Mapping[int, Sequence[bytes]], delivery: Delivery, **plan: Any) -> None:
        super().__init__(log, delivery, on_malformed=ASKED, **plan)
        self.letters = MemoryLetters(lambda: self.consumer.group)

    def sink(self, parent: ParentPipe, plan: MemberPlan, clock: FakeClock) -> Sink:
        inner = super().sink(parent, plan, clock)
        return DeadLetterSink(inner, self.letters, Retries(self.letters, plan.on_malformed, parent, clock))


def test_every_malformed_record_is_a_dead_letter_before_it_is_committed() -> None:
    run = LetterRun()
    run.run()
    assert run.letters.kept == LETTERS
    assert run.letters.group == [{0: 0, 1: 0, 2: 0}] * 2
    assert run.consumer.group == {0: 5, 1: 2, 2: 1}
    tally = run.pipe.of(MemberProgress)[-1].tally
    assert (tally.processed, tally.malformed) == (8, 3)
    assert run.letters.closed


def test_a_topic_that_fails_for_a_while_is_opened_and_tried_again() -> None:
    run = LetterRun()
    run.letters.failures = 2
    run.run()
    assert run.letters.kept == LETTERS
    assert run.letters.opened == 2


def test_a_topic_that_stays_away_ends_the_member_with_nothing_committed_beyond_what_was_written() -> None:
    run = LetterRun()
    run.letters.failures = 3
    run.run()
    (failed,) = run.pipe.of(Failed)
    assert failed.message == "the dead-letter topic dead can't be written: NOT_ENOUGH_REPLICAS"
    assert run.letters.kept == []
    assert run.consumer.group == {0: 0, 1: 0, 2: 0}


def test_a_stop_while_the_topic_is_away_leaves_its_records_to_come_again() -> None:
    run = LetterRun()
    run.letters.failures = 9
    run.pipe.later = [(run.clock.seconds + 0.5, Stop())]
    run.run()
    assert not run.pipe.of(Failed)
    assert run.letters.kept == []
    assert run.consumer.group == {0: 0, 1: 0, 2: 0}


def test_what_is_not_processed_before_a_stop_is_no_dead_letter() -> None:
    run = LetterRun({0: [b"1", b"{", b"3", b"{"]}, work=Work(0.01, 0.01))
    run.pipe.later = [(run.clock.seconds + 0.045, Stop())]
    run.run()
    assert run.letters.kept == [(0, 1)]
    assert run.consumer.group == {0: 2}


def test_what_nobody_reads_is_no_dead_letter() -> None:
    run = LetterRun({0: [b"1", b"{"]}, events=True)
    run.pipe.read = False
    run.run()
    assert len(run.pipe.of(EventLines)) == 1
    assert run.letters.kept == []
    assert run.consumer.group == {0: 0}


@pytest.mark.parametrize("delivery", [Delivery.AT_MOST_ONCE, Delivery.AT_LEAST_ONCE])
def test_dead_letters_keep_the_guarantee_of_the_effects_beside_them(delivery: Delivery) -> None:
    run = BesideEffects(LOG, delivery)
    run.run()
    assert sorted(run.letters.kept) == LETTERS
    before = [{0: 5, 1: 0, 2: 0}, {0: 5, 1: 2, 2: 1}]
    assert run.letters.group == (before if delivery is Delivery.AT_MOST_ONCE else [{0: 0, 1: 0, 2: 0}] * 2)


@pytest.mark.parametrize(
    ("delivery", "point", "kept", "group"),
    [
        (Delivery.AT_LEAST_ONCE, CrashPoint.BEFORE_COMMIT, [(0, 1), (0, 3)], 0),
        (Delivery.AT_LEAST_ONCE, CrashPoint.MID_BATCH, [(0, 1)], 0),
        (Delivery.AT_MOST_ONCE, CrashPoint.AFTER_COMMIT, [], 5),
    ],
)
def test_a_member_that_dies_between_a_dead_letter_and_its_commit_doubles_it_or_loses_it_as_promised(
    delivery: Delivery, point: CrashPoint, kept: list[tuple[int, int]], group: int
) -> None:
    run = BesideEffects({0: LOG[0]}, delivery, faults=first_visit(point), number=1)
    with pytest.raises(Killed):
        run.run()
    assert (run.letters.kept, run.consumer.group) == (kept, {0: group})
