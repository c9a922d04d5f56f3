"""Members that die again and again: when they come back, and when the run is given up."""

from collections.abc import Iterator

from eventq.core.consume.report import Reset, Tally
from eventq.core.consume.restarts import MOST_IN_VAIN
from eventq.core.outcome import Outcome
from eventq.loops.consume.messages import MemberProgress, WasReset
from tests.loops.consume.parent_harness import ParentHarness, assigned, progress


def until_restart(group: ParentHarness) -> Iterator[None]:
    """Waits for the start of one more member."""
    started = len(group.members)
    while len(group.members) == started:
        yield


def stop(group: ParentHarness) -> Iterator[None]:
    group.parent.ending.ask(Outcome.SIGINT)
    yield
    group.end_all()
    yield


def test_a_member_that_dies_before_it_has_processed_anything_comes_back_later_each_time() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        for _ in range(5):
            group.members[-1].die()
            yield from until_restart(group)
        yield from stop(group)

    assert group.run(steps) is Outcome.SIGINT
    assert group.display.notes == [
        "member 1 died (SIGKILL), restarted",
        "member 1 died (SIGKILL), restarted in 0.1 s",
        "member 1 died (SIGKILL), restarted in 0.2 s",
        "member 1 died (SIGKILL), restarted in 0.4 s",
        "member 1 died (SIGKILL), restarted in 0.8 s",
    ]


def test_the_others_are_heard_while_a_member_waits_for_its_restart() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        for _ in range(5):
            group.members[-1].die()
            yield from until_restart(group)
        group.members[-1].die()
        yield
        started = len(group.members)
        group.members[0].say(assigned(0), progress(7, {0: 7}))
        yield
        yield
        assert group.display.now is not None
        assert (group.display.now.processed, len(group.members)) == (7, started)
        assert [member.state for member in group.display.now.members] == ["consuming", "restarting"]
        yield from stop(group)

    group.run(steps)


def test_a_stop_does_not_wait_for_a_restart() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        for _ in range(5):
            group.members[-1].die()
            yield from until_restart(group)
        group.members[-1].die()
        group.parent.ending.ask(Outcome.SIGTERM)
        yield

    assert group.run(steps) is Outcome.SIGTERM
    assert len(group.members) == 6


def test_a_limit_of_time_counts_while_no_member_lives() -> None:
    group = ParentHarness(1, max_messages=5, timeout=1.0)

    def steps() -> Iterator[None]:
        while True:
            group.members[-1].die()
            yield

    assert group.run(steps) is Outcome.TIMED_OUT


def test_a_group_in_which_every_start_fails_is_given_up() -> None:
    group = ParentHarness(3)

    def steps() -> Iterator[None]:
        while True:
            for member in group.members:
                if member.child.open:
                    member.die(1)
            yield

    assert group.run(steps) is Outcome.FAILED
    assert str(group.parent.ending.error) == (
        f"member 1 died (1) {MOST_IN_VAIN} times, "
        "and no member of the group has processed anything new meanwhile"
    )
    assert group.clock.seconds < 1030


def test_a_member_that_dies_at_every_start_ends_the_run_though_others_live_and_have_nothing_to_do() -> None:
    group = ParentHarness(3)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned())
        group.members[1].say(assigned(0), at_its_end())
        while True:
            group.members[-1].die()
            yield from until_restart(group)

    assert group.run(steps) is Outcome.FAILED
    assert "member 3 died" in str(group.parent.ending.error)


def test_a_member_that_dies_at_every_start_ends_no_run_whose_others_get_on() -> None:
    group = ParentHarness(2)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0))
        for n in range(3 * MOST_IN_VAIN):
            group.members[0].say(progress(n + 1, {0: n + 1}))
            group.members[-1].die()
            yield from until_restart(group)
        yield from stop(group)

    assert group.run(steps) is Outcome.SIGINT
    assert group.parent.report().members[1].restarts == 3 * MOST_IN_VAIN


def test_deaths_of_a_member_that_gets_on_end_no_run_and_delay_nothing() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        for n in range(3 * MOST_IN_VAIN):
            group.members[-1].say(assigned(0), progress(1, {0: n + 1}))
            group.members[-1].die()
            yield
        yield from stop(group)

    assert group.run(steps) is Outcome.SIGINT
    assert set(group.display.notes) == {"member 1 died (SIGKILL), restarted"}


def test_a_member_that_processes_the_same_events_again_and_again_before_it_dies_does_not_get_on() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        while True:
            group.members[-1].say(assigned(0), progress(5, {0: 5}))
            group.members[-1].die(-11)
            yield

    assert group.run(steps) is Outcome.FAILED
    assert f"member 1 died (SIGSEGV) {MOST_IN_VAIN} times" in str(group.parent.ending.error)


def test_a_reset_to_an_earlier_offset_is_no_standstill() -> None:
    """What is read from there on is new, though the group had been further in the log before."""
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0), progress(900, {0: 900}), WasReset(Reset(0, 900, 0, 0)))
        for n in range(2 * MOST_IN_VAIN):
            group.members[-1].say(progress(1, {0: n + 1}))
            group.members[-1].die()
            yield
        yield from stop(group)

    assert group.run(steps) is Outcome.SIGINT


def test_a_member_that_is_killed_with_nothing_to_process_ends_no_run() -> None:
    group = ParentHarness(1)

    def steps() -> Iterator[None]:
        for _ in range(2 * MOST_IN_VAIN):
            group.members[-1].say(assigned(0), at_its_end())
            group.members[-1].die()
            yield from until_restart(group)
        yield from stop(group)

    assert group.run(steps) is Outcome.SIGINT


def at_its_end() -> MemberProgress:
    return MemberProgress(Tally(), {0: 7}, {0: 7}, None, "consuming")
