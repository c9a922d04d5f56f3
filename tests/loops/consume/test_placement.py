"""Where a member begins, what it does while it can't, and what a sink with its own positions changes."""

from collections.abc import Mapping

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets, Reset
from eventq.core.start import Start
from eventq.loops.consume.messages import Committing, MemberProgress, Placed, Revoked, WasReset
from eventq.loops.consume.sink import Applied
from tests.loops.consume.fakes import MemberRun, events


class StoringSink:
    """Keeps positions of its own, as a database does; the group's commit only follows."""

    def __init__(self, held: Offsets | None = None) -> None:
        self.held = dict(held or {})
        self.calls: list[str] = []
        self.applied: list[tuple[int, int]] = []

    def open(self, offsets: Offsets) -> Offsets:
        self.calls.append(f"open {offsets}")
        self.held = {**offsets, **self.held}
        return {partition: self.held[partition] for partition in offsets}

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        self.calls.append(f"apply {len(records)} from {records.offset(0)}, malformed {sorted(faults)}")
        self.applied += [(records.partition, records.offset(i)) for i in range(len(records))]
        return Applied(len(records))

    def commit(self, offsets: Offsets) -> str | None:
        self.calls.append(f"commit {offsets}")
        self.held.update(offsets)
        return None

    def revoking(self, offsets: Offsets) -> Offsets:
        self.calls.append(f"revoking {offsets}")
        return {}

    def undone(self) -> frozenset[int]:
        return frozenset()

    def refused(self) -> set[int]:
        return set()

    def revoked(self, partitions: tuple[int, ...]) -> None:
        self.calls.append(f"revoked {partitions}")

    def close(self) -> None:
        self.calls.append("close")


def processed(run: MemberRun) -> int:
    return run.pipe.of(MemberProgress)[-1].tally.processed


def test_a_start_that_nobody_remembers_is_committed_and_told_before_the_first_record() -> None:
    run = MemberRun({0: events(5)}, start=Start())
    run.run()
    assert run.consumer.commits == [{0: 5}]
    assert run.pipe.of(Placed) == [Placed(0, 5, 5)]
    assert processed(run) == 0


def test_a_start_that_can_not_be_committed_is_tried_again_and_nothing_read_until_it_is() -> None:
    run = MemberRun({0: events(5)})
    run.consumer.refusals.extend(["not now", "not now"])
    begun: list[int] = []
    run.run(lambda: run.consumer.assign(0), *[lambda: begun.append(len(run.consumer.begun))] * 4)
    assert begun == [0, 0, 1, 1]
    assert (run.consumer.commits, processed(run)) == ([{0: 0}, {0: 5}], 5)


def test_what_can_not_be_looked_up_is_tried_again() -> None:
    run = MemberRun({0: events(5)})
    run.consumer.unknown = 3
    run.run(lambda: run.consumer.assign(0), *[lambda: None] * 5)
    assert (run.consumer.begun, processed(run)) == ([{0: 0}], 5)


def test_a_group_continues_at_its_commit_which_is_not_told_as_a_start() -> None:
    run = MemberRun({0: events(5)}, start=Start())
    run.consumer.group[0] = 3
    run.run()
    assert (run.consumer.begun, processed(run)) == ([{0: 3}], 2)
    assert run.pipe.of(Placed) == []


def test_a_commit_below_the_log_start_continues_there_and_the_loss_is_told() -> None:
    run = MemberRun({0: events(9)}, start=Start())
    run.consumer.group[0] = 3
    run.consumer.log_starts[0] = 7
    run.run()
    assert run.pipe.of(WasReset) == [WasReset(Reset(0, 3, 7, 4))]
    assert (processed(run), run.consumer.group) == (2, {0: 9})


def test_a_position_that_leaves_the_log_under_way_continues_at_the_log_start() -> None:
    run = MemberRun({0: events(9), 1: events(2)})

    def expire() -> None:
        run.consumer.log_starts[0] = 7
        run.consumer.at[0] = 4
        run.consumer.lost_positions[0] = 4

    run.run(lambda: run.consumer.assign(0, 1), lambda: None, expire)
    assert run.consumer.begun == [{0: 0, 1: 0}, {0: 7}]
    assert run.pipe.of(WasReset) == [WasReset(Reset(0, 4, 7, 3))]


def test_the_position_that_a_sink_keeps_wins_over_the_groups_commit() -> None:
    sink = StoringSink({0: 6})
    run = MemberRun({0: events(9), 1: events(2)}, sink)
    run.consumer.group.update({0: 2, 1: 1})
    run.run()
    assert sink.calls[0] == "open {0: 2, 1: 1}"
    assert run.consumer.begun == [{0: 6, 1: 1}]
    assert sink.applied == [(0, 6), (0, 7), (0, 8), (1, 1)]


def test_a_sink_is_asked_for_everything_in_its_order_and_the_group_commits_nothing_by_itself() -> None:
    sink = StoringSink()
    run = MemberRun({0: [b"1", b"{", b"3"]}, sink)
    run.run()
    assert sink.calls == [
        "open {0: 0}",
        "commit {0: 0}",
        "apply 3 from 0, malformed [1]",
        "commit {0: 3}",
        "revoked (0,)",
        "close",
    ]
    assert (run.consumer.commits, run.consumer.group) == ([], {})


def test_what_a_sink_does_not_give_free_is_not_committed_when_partitions_go() -> None:
    sink = StoringSink()
    run = MemberRun({0: events(3)}, sink)
    run.run(lambda: run.consumer.assign(0), lambda: None, lambda: run.consumer.revoke(0))
    assert sink.calls[3:5] == ["revoking {0: 3}", "revoked (0,)"]
    assert run.pipe.of(Revoked)[0] == Revoked((), 3, None)
    assert run.pipe.of(Committing) == []
    assert run.consumer.commits == []


class TakesTwo(StoringSink):
    """Two records of a slice, and then has enough or wants the rest again."""

    def __init__(self, *, ends: bool) -> None:
        super().__init__()
        self._ends = ends

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        super().apply(records.first(2), faults)
        return Applied(min(2, len(records)), ends=self._ends)


def test_a_sink_that_takes_part_of_a_slice_gets_the_rest_again() -> None:
    sink = TakesTwo(ends=False)
    run = MemberRun({0: events(5), 1: events(1)}, sink)
    run.run()
    assert sink.held == {0: 5, 1: 1}
    assert sorted(sink.applied) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0)]
    assert processed(run) == 6


def test_a_sink_that_has_enough_ends_the_member_and_what_it_took_is_committed() -> None:
    sink = TakesTwo(ends=True)
    run = MemberRun({0: events(5), 1: events(5)}, sink)
    run.run()
    assert sink.held == {0: 2, 1: 0}
    assert sink.applied == [(0, 0), (0, 1)]
    assert processed(run) == 2
