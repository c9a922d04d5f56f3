"""Members that die at any moment: what becomes of them, of their commits and of their share of the quota."""

from collections.abc import Iterator

import pytest

from eventq.core.outcome import Outcome
from eventq.loops.consume.messages import Committing, Flush, Grant, Resume, Revoked, Want
from tests.loops.consume.parent_harness import ParentHarness, assigned, commit, progress


def test_a_member_that_dies_before_it_joined_is_removed_by_its_client_id_and_started_again() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].die()
        yield
        assert len(group.members) == 2
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.SIGINT
    (number, first), (again, second) = group.started
    assert (number, again) == (1, 1)
    assert first != second
    assert group.admin.removed == [(None, first)]
    assert group.display.notes == ["member 1 died (SIGKILL), restarted"]


def test_a_member_that_dies_in_mid_run_keeps_its_counts_over_its_restart() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0, member_id="m-1"), progress(5))
        group.members[0].die()
        yield
        group.members[1].say(assigned(0, member_id="m-2", generation=2), progress(3))
        yield
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)
    (member,) = group.parent.report().members
    assert (member.tally.processed, member.restarts, member.exit, member.pid) == (8, 1, 0, 101)
    assert [member_id for member_id, _ in group.admin.removed] == ["m-1"]


def test_a_group_that_still_counts_on_a_dead_member_is_said() -> None:
    group = ParentHarness(1)
    group.admin.removable = False

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0))
        group.members[0].die()
        yield
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)
    assert any("are not read until its session times out" in note for note in group.display.notes)


def test_a_member_that_left_in_order_is_not_started_again() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        group.members[0].end(progress(5), code=0)
        yield
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)
    assert (len(group.started), group.admin.removed, group.display.notes) == (2, [], [])


@pytest.mark.parametrize("code", [0, -9])
def test_a_member_that_ends_without_a_last_word_has_died_whatever_its_exit_code(code: int) -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].die(code)
        yield
        assert len(group.members) == 2
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)


def test_a_commit_that_a_member_died_in_counts_if_the_broker_has_it() -> None:
    group = ParentHarness(1, max_messages=5)

    def steps() -> Iterator[None]:
        (one,) = group.members
        one.say(assigned(0), Want(5))
        yield
        one.say(progress(5), Committing({0: 5}, 5))
        one.die()
        group.admin.commits = {0: 5}
        yield

    assert group.run(steps) is Outcome.REACHED
    assert group.display.notes == ["member 1 died (SIGKILL) when the run was over, not restarted"]


@pytest.mark.parametrize("away", [False, True])
def test_a_commit_that_a_member_died_in_gives_its_quota_back_if_the_broker_does_not_tell_of_it(
    away: bool,
) -> None:
    group = ParentHarness(1, max_messages=5)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0), Want(5), progress(5), Committing({0: 5}, 5))
        group.members[0].die()
        group.admin.commits, group.admin.away = {0: 4}, away
        yield
        group.admin.away = False
        group.members[1].say(assigned(0, generation=2), Want(9))
        yield
        assert group.members[1].heard == [Grant(5), Flush()]
        group.members[1].say(progress(5), *commit({0: 5}, 5))
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED


def test_who_got_too_little_may_ask_again_when_quota_comes_back_from_a_dead_member() -> None:
    group = ParentHarness(2, max_messages=10)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(Want(10))
        yield
        two.say(Want(3))
        yield
        assert two.last() == Grant(0)
        one.die()
        yield
        assert two.last() == Resume()
        two.say(Want(10), progress(10), *commit({0: 10}, 10))
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED


def test_who_got_too_little_may_ask_again_when_quota_comes_back_from_a_revoked_partition() -> None:
    group = ParentHarness(2, max_messages=10)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(assigned(0), Want(10))
        yield
        two.say(Want(3))
        yield
        one.say(Revoked((), 4, "the group has moved on"))
        yield
        assert two.last() == Resume()
        assert "4 events will be delivered again" in group.display.notes[0]
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)


def test_without_restart_a_dead_member_stays_away_and_the_others_go_on() -> None:
    group = ParentHarness(2, restart=False, max_messages=5)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.die()
        yield
        assert two.heard == []
        two.say(Want(5), progress(5), *commit({0: 5}, 5))
        yield
        two.end()
        yield

    assert group.run(steps) is Outcome.REACHED
    assert group.display.notes == ["member 1 died (SIGKILL), not restarted"]


def test_without_restart_the_death_of_the_last_member_ends_the_run() -> None:
    group = ParentHarness(2, restart=False)

    def steps() -> Iterator[None]:
        group.members[0].die()
        yield
        group.members[1].die(-15)
        yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == "every member has died"


def test_a_member_that_dies_while_it_leaves_is_removed_and_not_started_again() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0, member_id="m-1"))
        yield
        group.parent.ending.ask(Outcome.SIGTERM)
        yield
        group.members[0].die()
        yield

    assert group.run(steps) is Outcome.SIGTERM
    assert len(group.members) == 1
    assert [member_id for member_id, _ in group.admin.removed] == ["m-1"]
    assert group.display.notes == ["member 1 died (SIGKILL) when the run was over, not restarted"]
