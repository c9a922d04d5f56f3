"""What a member does with the records that it was given: how many it may take, what it makes of each."""

import pytest

from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.consume.work import Work
from eventq.loops.consume.messages import (
    Committing,
    EventLines,
    MalformedFound,
    MemberProgress,
    Resume,
    Want,
)
from eventq.loops.processes.messages import Done, Failed, Stop
from tests.loops.consume.fakes import MemberRun, events

FAIL = OnMalformed(MalformedRule.FAIL)


def counts(run: MemberRun) -> tuple[int, int, int]:
    tally = run.pipe.of(MemberProgress)[-1].tally
    return tally.received, tally.processed, tally.malformed


def test_all_that_is_granted_is_processed_and_committed() -> None:
    run = MemberRun({0: events(30), 1: events(12)}, limited=True)
    run.run()
    assert counts(run) == (42, 42, 0)
    assert run.consumer.group == {0: 30, 1: 12}
    assert run.pipe.of(Want) == [Want(42)]
    assert isinstance(run.pipe.sent[-1], Done)


def test_what_is_not_granted_is_given_back_and_comes_again_when_there_is_quota() -> None:
    run = MemberRun({0: events(30), 1: events(12)}, limited=True)
    run.pipe.grants.extend([35, 7])
    waiting: list[tuple[bool, dict[int, int]]] = []

    def resume() -> None:
        waiting.append((run.consumer.paused, dict(run.consumer.group)))
        run.pipe.tell(Resume())

    run.run(lambda: run.consumer.assign(0, 1), lambda: None, resume)
    assert waiting == [(True, {0: 30, 1: 5})]
    assert run.pipe.of(Want) == [Want(42), Want(7)]
    assert [covered.covered for covered in run.pipe.of(Committing)] == [35, 7]
    assert counts(run) == (42, 42, 0)
    assert run.consumer.group == {0: 30, 1: 12}


def test_without_any_quota_nothing_is_processed_and_nothing_asked_for_until_there_is() -> None:
    run = MemberRun({0: events(30)}, limited=True)
    run.pipe.grants.append(0)
    run.run(lambda: run.consumer.assign(0), *[lambda: None] * 5)
    assert run.pipe.of(Want) == [Want(30)]
    assert counts(run) == (0, 0, 0)
    assert run.consumer.group == {0: 0}
    assert "waiting" in {progress.state for progress in run.pipe.of(MemberProgress)}


def test_a_malformed_event_that_is_skipped_is_counted_told_and_committed() -> None:
    run = MemberRun({0: [b"1", b"{", b"3"]})
    run.run()
    (told,) = run.pipe.of(MalformedFound)
    assert (told.record.partition, told.record.offset) == (0, 1)
    assert counts(run) == (3, 3, 1)
    assert run.consumer.group == {0: 3}


def test_only_the_first_malformed_events_are_told() -> None:
    run = MemberRun({0: [b"{"] * 20})
    run.run()
    assert [told.record.offset for told in run.pipe.of(MalformedFound)] == [0, 1, 2, 3, 4]
    assert counts(run) == (20, 20, 20)


@pytest.mark.parametrize("first", [0, 2])
def test_a_malformed_event_that_fails_the_run_is_not_committed_and_what_lies_before_it_is(first: int) -> None:
    run = MemberRun({0: [*events(first), b"{", b"4"], 1: events(5)}, on_malformed=FAIL)
    run.run()
    (failed,) = run.pipe.of(Failed)
    assert failed.message.startswith(f"malformed event in t/0 at offset {first}: ")
    assert run.consumer.group == {0: first, 1: 0}
    assert counts(run)[1:] == (first, 0)
    assert run.pipe.of(MalformedFound) == []
    assert isinstance(run.pipe.sent[-1], Done)


def test_well_formed_events_are_printed_before_they_are_committed() -> None:
    run = MemberRun({0: [b"1", b"{", b"3"]}, events=True)
    run.run()
    (lines,) = run.pipe.of(EventLines)
    assert [b'"value":1' in line for line in lines.block.splitlines()] == [True, False]
    assert (lines.count, run.consumer.group) == (3, {0: 3})
    assert run.pipe.sent.index(lines) < run.pipe.sent.index(run.pipe.of(Committing)[0])


def test_what_nobody_reads_any_more_is_neither_processed_nor_committed_and_ends_the_member() -> None:
    run = MemberRun({0: events(3), 1: events(3)}, events=True)
    run.pipe.read = False
    run.run()
    assert len(run.pipe.of(EventLines)) == 1
    assert counts(run) == (3, 0, 0)
    assert run.consumer.group == {0: 0, 1: 0}
    assert run.consumer.closed


def test_a_stop_in_the_middle_of_a_slice_commits_what_is_done_and_gives_back_the_rest() -> None:
    run = MemberRun({0: events(10), 1: events(10)}, work=Work(0.02, 0.02))
    stop_at = run.clock.seconds + 0.07
    run.run(lambda: run.consumer.assign(0, 1), lambda: run.pipe.later.append((stop_at, Stop())))
    assert counts(run)[1] == 2
    assert run.consumer.group == {0: 2, 1: 0}
    assert isinstance(run.pipe.sent[-1], Done)


def test_simulated_work_takes_its_time_and_loses_nothing() -> None:
    run = MemberRun({0: events(50)}, work=Work(0.02, 0.02))
    began = run.clock.seconds
    run.run()
    assert counts(run) == (50, 50, 0)
    assert run.clock.seconds - began >= 50 * 0.02
    assert run.consumer.group == {0: 50}
