"""A group's parent from its start to its end, its members played by the test."""

from collections.abc import Iterator
from typing import Any

import pytest

from eventq.core.errors import EventqError, NotFound
from eventq.core.outcome import Outcome
from eventq.loops.consume.messages import EventLines, Flush, Grant, SinkDecides, Want, Written
from eventq.loops.processes.messages import Failed, Stop
from tests.loops.consume.parent_harness import ParentHarness, assigned, commit, progress


def test_members_start_each_under_a_client_id_of_its_own_and_end_when_the_quota_is_committed() -> None:
    group = ParentHarness(2, max_messages=10)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(assigned(0), Want(6))
        two.say(assigned(1), Want(6))
        yield
        assert one.heard == [Grant(6), Flush()]
        assert two.heard == [Grant(4), Flush()]
        one.say(progress(6), *commit({0: 6}, 6))
        two.say(progress(4), *commit({1: 4}, 4))
        yield
        assert (one.last(), two.last()) == (Stop(), Stop())
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED
    (_, first), (_, second) = group.started
    assert first != second
    assert [first.rsplit("-", 2)[1:], second.rsplit("-", 2)[1:]] == [["1", "0"], ["2", "0"]]
    assert group.admin.removed == []
    assert [first.startswith(prefix) for prefix in group.admin.swept] == [True]
    assert group.parent.report().tally.processed == 10


def test_where_a_sink_decides_over_the_groups_commits_is_said_once() -> None:
    group = ParentHarness(2, max_messages=1)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(assigned(0), SinkDecides(0, 2, 40), Want(1), progress(1), *commit({0: 41}, 1))
        two.say(assigned(1), SinkDecides(1, 0, 7))
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED
    said = [note for note in group.display.notes if "the sink decides" in note]
    assert said == [
        "the sink decides where the group continues: orders/0 at 40, where the group has committed 2"
    ]


def test_a_run_that_has_nothing_to_do_starts_no_member() -> None:
    group = ParentHarness(pins={})
    assert group.run(lambda: iter(())) is Outcome.REACHED
    assert group.members == []


def test_pinned_ends_are_reached_by_commits_and_members_are_hurried_once_all_is_read() -> None:
    group = ParentHarness(1, pins={0: 5, 1: 5})

    def steps() -> Iterator[None]:
        (one,) = group.members
        one.say(assigned(0, 1), progress(7, {0: 5, 1: 2}))
        yield
        assert one.heard == []
        one.say(progress(10, {0: 5, 1: 5}), progress(10, {0: 5, 1: 5}))
        yield
        assert one.heard == [Flush()]
        one.say(*commit({0: 5, 1: 5}, 10))
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED


def test_what_others_of_the_group_have_committed_counts() -> None:
    group = ParentHarness(1, pins={0: 5})

    def steps() -> Iterator[None]:
        group.admin.commits = {0: 5}
        group.clock.seconds += 2
        yield
        assert group.members[0].heard == [Stop()]
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED


@pytest.mark.parametrize(
    ("goal", "outcome"),
    [
        ({"duration": 3.0}, Outcome.REACHED),
        ({"timeout": 3.0, "max_messages": 5}, Outcome.TIMED_OUT),
        ({"idle_timeout": 3.0}, Outcome.IDLE),
    ],
)
def test_a_limit_of_time_ends_the_run(goal: Any, outcome: Outcome) -> None:
    group = ParentHarness(1, **goal)

    def steps() -> Iterator[None]:
        yield
        group.clock.seconds += 3
        yield
        group.end_all()
        yield

    assert group.run(steps) is outcome


def test_what_arrives_puts_an_idle_end_off() -> None:
    group = ParentHarness(1, idle_timeout=3.0)

    def steps() -> Iterator[None]:
        (one,) = group.members
        for n in range(1, 5):
            one.say(progress(n))
            group.clock.seconds += 2
            yield
            assert one.heard == []
        group.clock.seconds += 3
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.IDLE


@pytest.mark.parametrize("outcome", [Outcome.SIGINT, Outcome.SIGTERM])
@pytest.mark.parametrize("step", range(4))
def test_a_stop_at_any_step_lets_members_commit_and_leave(step: int, outcome: Outcome) -> None:
    """Before they have said anything, when they have joined, in mid-work, within a commit."""
    group = ParentHarness(1)
    words = [[], [assigned(0)], [progress(5)], commit({0: 5}, 5)]

    def steps() -> Iterator[None]:
        (one,) = group.members
        for said in words[: step + 1]:
            one.say(*said)
            yield
        group.parent.ending.ask(outcome)
        yield
        assert one.heard == [Stop()]
        one.say(progress(7), *commit({0: 7}, 2))
        one.end()
        yield

    assert group.run(steps) is outcome
    assert group.parent.report().tally.processed == 7
    assert group.display.notes == []


def test_members_that_do_not_leave_in_time_are_killed_and_that_is_said() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        group.parent.ending.ask(Outcome.SIGTERM)
        yield
        group.members[0].end()
        yield
        group.clock.seconds += 15
        yield
        yield

    assert group.run(steps) is Outcome.SIGTERM
    assert group.display.notes == ["members that did not leave within 15 s are killed"]
    assert [member.exit for member in group.parent.report().members] == [0, "SIGKILL"]
    assert len(group.admin.swept) == 1


def test_a_second_signal_kills_at_once() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        group.run(steps)
    assert [member.child.exit for member in group.members] == ["SIGKILL", "SIGKILL"]
    assert len(group.started) == 2


def test_a_reader_that_leaves_ends_the_run_and_what_it_did_not_read_is_refused() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(EventLines(b"a\n", 1))
        yield
        assert one.last() == Written(ok=True)
        group.display.reads = False
        one.say(EventLines(b"b\n", 1))
        two.say(EventLines(b"c\n", 1))
        yield
        assert Written(ok=False) in one.heard
        assert Written(ok=False) in two.heard
        group.end_all()
        yield

    assert group.run(steps) is Outcome.CLOSED
    assert group.display.written == [b"a\n", b"b\n"]


def test_events_that_can_not_be_written_end_the_run_in_order_and_are_not_processed() -> None:
    group = ParentHarness(2)

    def full(_block: bytes) -> bool:
        raise EventqError("stdout can't be written to")

    def steps() -> Iterator[None]:
        one, two = group.members
        one.say(EventLines(b"a\n", 1))
        yield
        assert one.last() == Written(ok=True)
        group.display.write = full  # type: ignore[assignment]
        one.say(EventLines(b"b\n", 1))
        two.say(EventLines(b"c\n", 1))
        yield
        for member in (one, two):
            assert [word for word in member.heard if isinstance(word, Written | Stop)][-2:] == [
                Written(ok=False),
                Stop(),
            ]
        group.end_all()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == "stdout can't be written to"
    assert [member.child.exit for member in group.members] == [0, 0]


def test_an_os_error_of_whoever_writes_is_raised_and_no_member_is_said_to_have_died() -> None:
    group = ParentHarness(1)

    def full(_block: bytes) -> bool:
        raise OSError("no space left on device")

    def steps() -> Iterator[None]:
        group.members[0].say(EventLines(b"a\n", 1))
        yield

    group.display.write = full  # type: ignore[assignment]
    with pytest.raises(OSError, match="no space left"):
        group.run(steps)
    assert (len(group.started), group.admin.removed, group.display.notes) == (1, [], [])
    assert group.members[0].child.exit == "SIGKILL"


def test_a_member_that_fails_ends_the_run_with_its_error_and_the_others_leave() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        one, two = group.members
        one.end(Failed("malformed event", "skip it"), code=1)
        yield
        assert two.heard == [Stop()]
        two.end()
        yield

    assert group.run(steps) is Outcome.FAILED
    error = group.parent.ending.error
    assert error is not None
    assert (str(error), error.hint) == ("malformed event", "skip it")
    assert [member.exit for member in group.parent.report().members] == [1, 0]
    assert len(group.started) == 2


def test_a_member_that_fails_on_its_way_out_makes_a_stop_a_failure() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.members[0].end(Failed("the last commit failed", None), code=1)
        yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == "the last commit failed"


def test_a_topic_that_is_gone_three_times_running_ends_the_run() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        for there in (None, "id-1", None, None):
            group.admin.id = there
            group.clock.seconds += 1
            yield
            assert group.members[0].heard == []
        group.clock.seconds += 1
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert isinstance(group.parent.ending.error, NotFound)


def test_a_topic_that_was_created_again_ends_the_run() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.admin.id = "id-2"
        group.clock.seconds += 1
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.FAILED
    assert "deleted and created again" in str(group.parent.ending.error)


def test_a_cluster_that_is_away_for_a_while_is_asked_again() -> None:
    group = ParentHarness(1, pins={0: 5})

    def steps() -> Iterator[None]:
        group.admin.away = True
        for _ in range(5):
            group.clock.seconds += 1
            yield
        group.admin.away = False
        group.admin.commits = {0: 5}
        group.clock.seconds += 1
        yield
        group.end_all()
        yield

    assert group.run(steps) is Outcome.REACHED


def test_a_report_without_the_cluster_has_the_commits_that_members_told_of() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0), *commit({0: 7}, 7))
        yield
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        group.admin.away = True
        yield

    group.run(steps)
    assert group.parent.report().committed == {0: 7}
    assert any("the commits that members reported" in note for note in group.display.notes)
