from multiprocessing import Pipe
from typing import Any

from eventq.loops.processes.parent_pipe import ParentPipe


class Clock:
    """Every look at it takes a hundred years."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        self.at += 3e9
        return self.at


def test_a_child_can_sleep_longer_than_a_pipe_can_be_waited_for() -> None:
    parent, child = Pipe()
    clock: Any = Clock()
    with parent, child:
        parent.send("a message, so that the wait ends at once")
        assert ParentPipe(child, clock).sleep_until(6e9)
