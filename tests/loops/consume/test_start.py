"""The start of many members, each of which takes its time: limits and stops count all the while."""

from collections.abc import Iterator
from typing import Any

import pytest

from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.messages import EventLines, Written
from eventq.loops.processes.messages import Failed, Stop
from tests.loops.consume.parent_harness import ParentHarness, assigned, progress

MANY = 500


@pytest.mark.parametrize(
    ("goal", "outcome"),
    [
        ({"timeout": 1.0, "max_messages": 5}, Outcome.TIMED_OUT),
        ({"duration": 1.0}, Outcome.REACHED),
        ({"idle_timeout": 1.0}, Outcome.IDLE),
    ],
)
def test_a_limit_of_time_ends_a_run_that_is_still_starting(goal: Any, outcome: Outcome) -> None:
    group = ParentHarness(MANY, start_seconds=0.2, **goal)

    def steps() -> Iterator[None]:
        while not (group.members[0].heard and group.members[0].last() == Stop()):
            yield
        group.end_all()
        yield

    assert group.run(steps) is outcome
    assert len(group.members) == 5
    assert all(member.heard == [Stop()] for member in group.members)
    assert [member.pid is None for member in group.parent.report().members[4:6]] == [False, True]


@pytest.mark.parametrize("outcome", [Outcome.SIGINT, Outcome.SIGTERM])
def test_a_stop_ends_a_run_that_is_still_starting(outcome: Outcome) -> None:
    group = ParentHarness(MANY, start_seconds=0.2)

    def steps() -> Iterator[None]:
        yield
        group.parent.ending.ask(outcome)
        yield
        started = len(group.members)
        assert all(member.heard == [Stop()] for member in group.members)
        group.end_all()
        yield
        assert len(group.members) == started

    assert group.run(steps) is outcome


def test_a_second_signal_during_the_start_kills_those_that_were_started() -> None:
    group = ParentHarness(MANY, start_seconds=0.2)

    def steps() -> Iterator[None]:
        yield
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        group.run(steps)
    assert [member.child.exit for member in group.members] == ["SIGKILL"] * 3


def test_members_are_heard_and_shown_while_others_are_still_to_be_started() -> None:
    group = ParentHarness(MANY, start_seconds=0.2)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0), progress(3, {0: 3}), EventLines(b"a\n", 1))
        yield
        assert group.members[0].last() == Written(ok=True)
        yield
        assert group.display.now is not None
        assert group.display.now.processed == 3
        assert [member.state for member in group.display.now.members[:4]][-1] == "starting"
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)


def test_a_member_that_dies_during_the_start_is_replaced_in_its_turn() -> None:
    group = ParentHarness(3, start_seconds=0.2)

    def steps() -> Iterator[None]:
        group.members[0].die()
        yield
        yield
        yield
        assert [number for number, _ in group.started] == [1, 2, 3, 1]
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)


def test_without_restart_a_death_before_the_last_start_is_not_the_end_of_all() -> None:
    group = ParentHarness(2, restart=False, start_seconds=0.2)

    def steps() -> Iterator[None]:
        group.members[0].die()
        yield
        yield
        assert len(group.members) == 2
        group.members[1].die()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == "every member has died"
    assert len(group.members) == 2


def test_a_member_that_fails_during_the_start_keeps_the_others_from_being_started() -> None:
    group = ParentHarness(MANY, start_seconds=0.2)

    def steps() -> Iterator[None]:
        group.members[0].end(Failed("the topic is not for you", None), code=1)
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert len(group.members) == 1


def test_a_system_that_gives_no_more_processes_ends_the_run_in_order_and_says_so() -> None:
    group = ParentHarness(MANY, start_seconds=0.2)

    def steps() -> Iterator[None]:
        group.refusal = EventqError("member-2 could not be started: out of memory")
        yield
        yield
        assert group.members[0].heard == [Stop()]
        group.end_all()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == "member-2 could not be started: out of memory"
    assert group.members[0].child.exit == 0
