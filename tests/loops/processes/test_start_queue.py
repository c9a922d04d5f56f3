"""Children that wait for their start, and how many are started in a turn."""

from eventq.loops.processes.parent_loop import ChildSlot
from eventq.loops.processes.start_queue import StartQueue
from tests.loops.fake_children import FakeClock


class Starts:
    """Each takes `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.clock = FakeClock()
        self.numbers: list[int] = []
        self._seconds = seconds
        self.queue: StartQueue[ChildSlot] = StartQueue(self.clock, self._start)

    def _start(self, slot: ChildSlot) -> None:
        self.numbers.append(slot.number)
        self.clock.sleep(self._seconds)

    def add(self, *numbers: int, delay: float = 0.0) -> None:
        for number in numbers:
            self.queue.add(ChildSlot(number), delay)


def test_a_turn_starts_all_in_their_order_if_that_is_quick() -> None:
    starts = Starts(0.0001)
    starts.add(*range(200))
    starts.queue.turn()
    assert starts.numbers == list(range(200))
    assert (len(starts.queue), starts.queue.due) == (0, False)


def test_a_turn_starts_a_few_if_that_takes_long_and_at_least_one() -> None:
    starts = Starts(0.03)
    starts.add(*range(10))
    starts.queue.turn()
    assert starts.numbers == [0, 1, 2, 3]
    assert starts.queue.due
    slow = Starts(60.0)
    slow.add(1, 2)
    slow.queue.turn()
    assert slow.numbers == [1]


def test_what_is_delayed_is_not_due_before() -> None:
    starts = Starts(0.0)
    starts.add(1, delay=2.0)
    starts.add(2)
    starts.queue.turn()
    assert (starts.numbers, len(starts.queue), starts.queue.due) == ([2], 1, False)
    starts.clock.sleep(2.0)
    starts.queue.turn()
    assert starts.numbers == [2, 1]


def test_a_turn_without_anything_to_start_does_nothing() -> None:
    starts = Starts(1.0)
    starts.queue.turn()
    assert starts.numbers == []
