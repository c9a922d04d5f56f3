"""A member between its parent and its group: commits, rebalances, stops."""

from eventq.loops.consume.messages import (
    Assigned,
    Committed,
    Committing,
    Flush,
    MemberProgress,
    Resume,
    Revoked,
    Want,
)
from eventq.loops.processes.messages import Done
from tests.loops.consume.fakes import MemberRun, events


def order(run: MemberRun, *kinds: type) -> list[str]:
    return [type(message).__name__ for message in run.pipe.sent if isinstance(message, kinds)]


def test_what_is_processed_is_reported_and_announced_before_it_is_committed() -> None:
    run = MemberRun({0: events(5)})
    run.run()
    said = order(run, MemberProgress, Committing, Committed, Done)
    at = said.index("Committing")
    assert said[at - 1 : at + 2] == ["MemberProgress", "Committing", "Committed"]
    assert said[-1] == "Done"
    announced = run.pipe.of(Committing)[-1]
    assert (announced.offsets, announced.covered) == ({0: 5}, 5)


def test_a_flush_commits_at_once_and_an_interval_when_it_is_over() -> None:
    run = MemberRun({0: events(5)}, commit_interval=3600.0)
    flushed: list[dict[int, int]] = []
    run.run(
        lambda: run.consumer.assign(0),
        lambda: None,
        lambda: run.pipe.tell(Flush()),
        lambda: flushed.append(dict(run.consumer.group)),
        lambda: flushed.append(dict(run.consumer.group)),
    )
    assert flushed[-1] == {0: 5}
    by_time = MemberRun({0: events(5)}, commit_interval=0.02)
    by_time.run(lambda: by_time.consumer.assign(0), *[lambda: None] * 5)
    assert by_time.consumer.commits == [{0: 0}, {0: 5}]


def test_positions_beyond_the_last_record_are_committed_where_control_records_follow_it() -> None:
    run = MemberRun({0: events(5)})
    run.consumer.ends_of[0] = 7
    run.run()
    assert run.consumer.group == {0: 7}
    assert run.pipe.of(Committing)[-1].covered == 5


def test_a_commit_that_fails_is_made_up_for_by_the_next_and_covers_both() -> None:
    run = MemberRun({0: events(5)}, commit_interval=0.0)
    run.run(
        lambda: run.consumer.assign(0),
        lambda: run.consumer.refusals.append("not now"),
        *[lambda: None] * 3,
    )
    assert [settled.reason for settled in run.pipe.of(Committed)] == ["not now", None]
    assert [announced.covered for announced in run.pipe.of(Committing)] == [5, 5]
    assert run.consumer.group == {0: 5}


def test_a_revocation_commits_what_was_processed_before_the_partitions_go() -> None:
    run = MemberRun({0: events(5), 1: events(3)})
    run.run(lambda: run.consumer.assign(0, 1), lambda: None, lambda: run.consumer.revoke(0, 1))
    assert order(run, Committing, Committed, Revoked) == ["Committing", "Committed", "Revoked", "Revoked"]
    assert run.pipe.of(Revoked)[0] == Revoked((), 0, None)
    assert run.consumer.group == {0: 5, 1: 3}


def test_a_revocation_whose_commit_fails_says_how_many_records_come_again_and_they_do() -> None:
    run = MemberRun({0: events(5)})

    def revoke() -> None:
        run.consumer.refusals.append("rebalance in progress")
        run.consumer.revoke(0)

    run.run(lambda: run.consumer.assign(0), lambda: None, revoke, lambda: run.consumer.assign(0))
    assert run.pipe.of(Revoked)[0] == Revoked((), 5, "rebalance in progress")
    assert [begun[0] for begun in run.consumer.begun] == [0, 0]
    assert run.pipe.of(MemberProgress)[-1].tally.processed == 10
    assert run.pipe.of(Committing)[-1].covered == 5
    assert run.consumer.group == {0: 5}


def test_of_lost_partitions_nothing_is_committed_and_all_that_was_not_comes_again() -> None:
    run = MemberRun({0: events(5)})
    run.run(lambda: run.consumer.assign(0), lambda: None, lambda: run.consumer.lose(0))
    assert run.pipe.of(Revoked)[0] == Revoked((), 5, None)
    assert run.pipe.of(Committing) == []
    assert run.consumer.group == {0: 0}


def test_a_cooperative_revocation_of_some_leaves_the_others_where_they_are() -> None:
    run = MemberRun({0: events(5), 1: events(3), 2: events(4)})
    run.run(
        lambda: run.consumer.assign(0, 1),
        lambda: None,
        lambda: run.consumer.revoke(1),
        lambda: run.consumer.assign(2),
    )
    assert run.pipe.of(Revoked)[0] == Revoked((0,), 0, None)
    assert [message.partitions for message in run.pipe.of(Assigned)] == [(0, 1), (0, 2)]
    assert run.consumer.begun == [{0: 0, 1: 0}, {2: 0}]
    assert run.consumer.group == {0: 5, 1: 3, 2: 4}
    assert run.pipe.of(MemberProgress)[-1].tally.processed == 12


def test_partitions_that_go_before_they_have_begun_are_not_begun() -> None:
    run = MemberRun({0: events(5)})
    run.consumer.unknown = 2
    run.run(lambda: run.consumer.assign(0), lambda: None, lambda: run.consumer.revoke(0))
    assert run.consumer.begun == []
    assert run.pipe.of(Revoked)[0] == Revoked((), 0, None)


def test_a_member_that_waits_for_quota_asks_anew_after_a_rebalance() -> None:
    run = MemberRun({0: events(5), 1: events(3)}, limited=True)
    run.pipe.grants.append(0)
    run.run(
        lambda: run.consumer.assign(0, 1),
        lambda: None,
        lambda: run.consumer.revoke(1),
        run.consumer.assign,
        lambda: run.pipe.tell(Resume()),
    )
    assert run.pipe.of(Want) == [Want(8), Want(5)]
    assert run.consumer.group == {0: 5, 1: 0}


def test_a_member_whose_parent_is_gone_commits_and_leaves_the_group() -> None:
    run = MemberRun({0: events(5)})
    run.run(lambda: run.consumer.assign(0), lambda: None, lambda: setattr(run.pipe, "closed", True))
    assert run.consumer.group == {0: 5}
    assert run.consumer.closed


def test_a_member_without_partitions_is_idle_and_leaves_when_it_is_told_to() -> None:
    run = MemberRun({0: events(5)})
    run.run(run.consumer.assign, *[lambda: None] * 40)
    assert {progress.state for progress in run.pipe.of(MemberProgress)} == {"idle", "leaving"}
    assert isinstance(run.pipe.sent[-1], Done)
