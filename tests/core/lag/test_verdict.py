"""Each verdict against a simulated queue whose truth is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import TopicPartition
from eventq.core.lag.snapshot import GroupLag, Snapshot
from eventq.core.lag.trend import trends
from eventq.core.lag.verdict import Judgement, Verdict, worst
from eventq.core.lag.window import Window
from tests.core.lag.simulated_queue import Queue, other

KEY = TopicPartition("orders", 0)


def queue(**values: object) -> Queue:
    made = Queue(**values)  # type: ignore[arg-type]
    made.sample()
    return made


def test_caught_up_and_idle_is_ok_with_and_without_members() -> None:
    assert queue().run(30).judgement == Judgement(Verdict.OK, "caught up")
    assert queue(member=None).run(30).judgement.verdict is Verdict.OK


def test_a_queue_that_is_being_emptied_is_ok_at_its_first_decrease() -> None:
    found = queue(end=1000).run(2, arrive=10, consume=30).judgement
    assert found == Judgement(Verdict.OK, "lag fell from 1,000 to 960 in 2.0 s")


def test_lag_that_never_decreases_is_a_warning_once_the_window_is_full() -> None:
    slow = queue(end=10)
    early = slow.run(9, arrive=30, consume=10).judgement
    assert early == Judgement(None, "watched for 9.0 s of 10 s: too short to tell")
    found = slow.run(1, arrive=30, consume=10).judgement
    assert found == Judgement(Verdict.WARN, "lag has not once decreased in 10 s: it grew from 10 to 210")


def test_a_record_that_arrives_after_a_long_calm_is_no_stall_and_no_warning() -> None:
    calm = queue()
    calm.run(30)
    for _ in range(9):
        found = calm.step(arrive=1).judgement
        assert found.verdict is Verdict.OK


def test_a_member_that_commits_nothing_is_a_stall_once_the_window_is_full() -> None:
    stuck = queue(end=4130, committed=4120)
    stuck.run(9, arrive=100)
    found = stuck.run(26, arrive=100).judgement
    assert found == Judgement(
        Verdict.STALL,
        "committed offset 4120 unchanged for 35 s while lag grew from 2,510 to 3,510 in the last 10 s",
    )


def test_a_member_that_never_committed_stalls_too() -> None:
    found = queue(end=5, committed=None).run(12).judgement
    assert found == Judgement(
        Verdict.STALL, "nothing committed for 12 s while lag stayed at 5 in the last 10 s"
    )


def test_a_member_that_has_just_started_is_no_stall() -> None:
    late = queue(end=50, member=None)
    late.run(30, arrive=1)
    late.member = "m-2"
    for _ in range(9):
        assert late.step(arrive=1).judgement.verdict is not Verdict.STALL
    late.run(2)
    assert late.step().judgement.verdict is Verdict.STALL


def test_members_that_die_on_the_same_record_one_after_another_are_a_stall() -> None:
    crashing, found = queue(end=50), Judgement()
    for n in range(13):
        crashing.member = f"m-{n}" if n % 3 else None
        found = crashing.step(arrive=1).judgement
    assert found.verdict is Verdict.STOP  # just now nobody is there
    crashing.member = "m-last"
    crashing.window = Window(10.0)
    crashing.sample()
    for n in range(10):
        crashing.member = None if n == 4 else f"m-{n // 5}"
        found = crashing.step(arrive=1).judgement
    assert found.verdict is Verdict.STALL
    assert "by 3 members one after another" in str(found.evidence)


def test_no_live_member_and_lag_is_a_stop_at_once() -> None:
    found = queue(end=60, member=None).sample().judgement
    assert found == Judgement(Verdict.STOP, "no live member and 60 records unread")


def test_a_reader_that_commits_without_being_a_member_is_no_stop() -> None:
    assigned = queue(end=1000, member=None)
    assert assigned.run(1, arrive=10, consume=20).judgement.verdict is Verdict.STOP
    assert assigned.run(5, arrive=10, consume=20).judgement.verdict is Verdict.OK
    assert assigned.run(12, arrive=10).judgement.verdict is Verdict.STOP


def test_a_partition_that_no_member_of_a_live_group_owns_is_a_stop_only_after_a_window() -> None:
    window, part, found = Window(10.0), other(0, 7), Judgement()
    for second in range(11):
        snapshot = Snapshot(0.0, (GroupLag("g", "Stable", "classic", None, 1, (part,)),))
        window.add(float(second), snapshot)
        found = trends(snapshot, window)["g"].partitions[KEY].judgement
        assert (found.verdict is Verdict.STOP) == (second == 10)
    assert found.evidence == "no member has owned it for 10 s and 7 records unread"


def test_members_that_cannot_be_read_are_judged_by_the_groups_state() -> None:
    for state, verdict in (("Stable", Verdict.STALL), ("Empty", Verdict.STOP), ("", Verdict.WARN)):
        window, found = Window(10.0), Judgement()
        for second in range(11):
            snapshot = Snapshot(0.0, (GroupLag("g", state, "consumer", None, None, (other(0, 7),)),))
            window.add(float(second), snapshot)
            found = trends(snapshot, window)["g"].partitions[KEY].judgement
        assert found.verdict is verdict


def test_a_commit_that_went_back_is_a_rewind_until_the_window_has_passed() -> None:
    replay = queue(end=5000, committed=4120)
    replay.run(3, consume=10)
    replay.committed = 1000
    assert replay.step().judgement == Judgement(
        Verdict.REWIND, "committed offset went back from 4150 to 1000, 0.0 s ago"
    )
    assert replay.run(9, consume=50).judgement.verdict is Verdict.REWIND
    assert replay.run(3, consume=50).judgement.verdict is Verdict.OK


def test_a_commit_that_was_removed_is_a_rewind() -> None:
    reset = queue(end=5000, committed=4120)
    reset.committed = None
    assert reset.step().judgement == Judgement(Verdict.REWIND, "committed offset 4120 was removed, 0.0 s ago")


def test_a_commit_that_jumps_ahead_is_consumption() -> None:
    skipped = queue(end=5000, committed=10)
    skipped.run(3)
    skipped.committed = 5000
    assert skipped.step().judgement == Judgement(Verdict.OK, "caught up")


def test_records_deleted_unread_are_a_loss_also_after_the_group_went_on() -> None:
    overrun = queue(end=100, committed=10)
    overrun.start = 50
    text = "40 records deleted unread: committed offset 10, log start 50"
    assert overrun.step().judgement == Judgement(Verdict.LOSS, text)
    overrun.committed = 60
    assert overrun.step(2.0).judgement == Judgement(Verdict.LOSS, f"{text}, 2.0 s ago")
    overrun.run(9, consume=1)
    assert overrun.run(2, consume=1).judgement.verdict is Verdict.OK


def test_a_loss_outranks_a_stop() -> None:
    assert queue(end=100, committed=10, start=50, member=None).sample().judgement.verdict is Verdict.LOSS


@pytest.mark.parametrize(
    "values", [{"committed": 150, "end": 100}, {"recreated": True, "committed": 3, "end": 3}]
)
def test_a_commit_of_other_data_is_never_ok(values: dict[str, int]) -> None:
    found = queue(**values).run(12).judgement
    assert found.verdict is None
    assert found.evidence


def test_a_recreated_topic_that_nobody_reads_still_stalls() -> None:
    anew = queue(end=100, committed=50)
    anew.run(5)
    anew.recreated, anew.end, anew.committed = True, 3, None
    assert anew.step().judgement.verdict is None
    assert anew.run(12, arrive=1).judgement.verdict is Verdict.STALL


def test_a_gap_is_no_proof_that_lag_never_decreased() -> None:
    unseen = queue(end=10)
    unseen.now += 60
    found = unseen.step(arrive=500, consume=5).judgement
    assert found.verdict is None
    assert unseen.run(1, arrive=30).judgement.verdict is Verdict.WARN


def test_what_cannot_be_read_has_no_verdict_but_a_reason() -> None:
    away = queue()
    away.gone = True
    assert away.step().judgement == Judgement(None, "away")


verdicts = st.lists(st.sampled_from([*Verdict, None]), min_size=1, max_size=20)


@given(verdicts)
def test_the_worst_partition_decides_and_ok_needs_all(found: list[Verdict | None]) -> None:
    order = [Verdict.LOSS, Verdict.STOP, Verdict.STALL, Verdict.REWIND, Verdict.WARN, None, Verdict.OK]
    rows = [(TopicPartition("t", n), 1, Judgement(v, "why")) for n, v in enumerate(found)]
    assert worst(rows).verdict is min(found, key=order.index)


def test_one_partition_that_stalls_beside_others_that_move_is_the_groups_verdict() -> None:
    stuck, moving = Queue(), Queue(key=TopicPartition("orders", 1))
    for _ in range(12):
        moving.step(arrive=9, consume=8)
        stuck.now, stuck.end = moving.now, stuck.end + 1
        stuck.sample(moving.part())
    found = stuck.group.total.judgement
    assert found.verdict is Verdict.STALL
    assert "orders:0: committed offset 0 unchanged for" in (found.evidence or "")


def test_a_groups_evidence_names_the_partition_and_how_many_are_like_it() -> None:
    rows = [(TopicPartition("t", n), n, Judgement(Verdict.STOP, "why")) for n in range(3)]
    assert worst(rows).evidence == "t:2: why (and 2 more partitions)"
    assert worst([]) == Judgement(None, "no partition is known")


@given(
    st.lists(
        st.tuples(st.floats(0.1, 5.0), st.integers(0, 50), st.integers(0, 50), st.sampled_from("crdmg ")),
        max_size=40,
    )
)
def test_no_history_at_all_gives_a_false_ok_or_a_number_that_is_none(
    steps: list[tuple[float, int, int, str]],
) -> None:
    """Whatever happens: rewinds, recreations, deletions, members that come and go, gaps."""
    one = queue()
    for seconds, arrive, consume, event in steps:
        one.gone = event == "g"
        one.recreated |= event == "r"
        if event == "c":
            one.committed = arrive
        if event == "d":
            one.start = one.end // 2
        if event == "m":
            one.member = None if one.member else "m-2"
        found = one.step(seconds, arrive, consume)
        part = one.part()
        assert found.judgement.evidence
        assert part.lag is not None or found.judgement.verdict is None
        if found.judgement.verdict is Verdict.OK:
            assert part.lost == 0
            assert part.lag == 0 or one.member is not None or len(one.window.track("g", KEY).points) > 2
        if found.eta.seconds is not None:
            assert found.eta.seconds >= 0
