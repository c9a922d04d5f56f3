from typing import Any

import pytest

from eventq.core.consume.report import Tally
from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.consume.messages import Assigned, MemberProgress
from tests.loops.fake_children import FakeChild


def test_a_report_has_the_last_partitions_of_a_member_but_not_those_that_it_got_because_others_left() -> None:
    seat = MemberSlot(1)
    seat.join(Assigned((0, 1, 2), "m", 1))
    seat.join(Assigned((0, 1), "m", 2))
    seat.join(Assigned((0, 1, 2), "m", 3), ending=True)
    assert (seat.partitions, seat.report().partitions) == ((0, 1, 2), (0, 1))
    seat.join(Assigned((), "m", 4))
    assert seat.report().partitions == ()


def told(state: str, *, end: int | None = 9, processed: int = 0) -> MemberProgress:
    return MemberProgress(Tally(processed=processed), {0: 5}, {} if end is None else {0: end}, None, state)


@pytest.mark.parametrize(
    ("words", "idle", "busy"),
    [
        ([], False, False),
        ([Assigned((), "m", 1)], True, False),
        ([Assigned((0,), "m", 1)], False, True),
        ([Assigned((0,), "m", 1), told("consuming", end=None)], False, True),
        ([Assigned((0,), "m", 1), told("consuming")], False, True),
        ([Assigned((0,), "m", 1), told("consuming", end=5)], True, False),
        ([Assigned((0,), "m", 1), told("waiting")], True, False),
    ],
)
def test_idle_is_a_member_that_has_nothing_to_process_and_busy_one_that_may_have(
    words: list[Any], idle: bool, busy: bool
) -> None:
    slot = MemberSlot(1)
    slot.begin(FakeChild().child, "c")
    for word in words:
        if isinstance(word, Assigned):
            slot.join(word)
        else:
            slot.heard(word, 0.0)
    assert (slot.idle, slot.busy) == (idle, busy)
    slot.ended()
    assert slot.ended_idle == idle


def test_what_a_process_had_processed_counts_for_its_own_end_alone() -> None:
    slot = MemberSlot(1)
    slot.begin(FakeChild().child, "c")
    slot.heard(told("consuming", processed=3), 0.0)
    slot.ended()
    assert slot.ended_processed
    slot.begin(FakeChild().child, "c")
    slot.ended()
    assert not slot.ended_processed


def test_a_member_that_gave_its_partitions_up_in_a_rebalance_is_not_idle() -> None:
    slot = MemberSlot(1)
    slot.join(Assigned((0,), "m", 1))
    slot.keep(())
    assert not slot.idle
