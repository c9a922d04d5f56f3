from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.consume.messages import Assigned


def test_a_report_has_the_last_partitions_of_a_member_but_not_those_that_it_got_because_others_left() -> None:
    seat = MemberSlot(1)
    seat.join(Assigned((0, 1, 2), "m", 1))
    seat.join(Assigned((0, 1), "m", 2))
    seat.join(Assigned((0, 1, 2), "m", 3), ending=True)
    assert (seat.partitions, seat.report().partitions) == ((0, 1, 2), (0, 1))
    seat.join(Assigned((), "m", 4))
    assert seat.report().partitions == ()
