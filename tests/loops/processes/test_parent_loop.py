"""The loop of a parent over its children, which a test plays."""

from typing import Any

import pytest

from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_loop import ChildSlot, ParentLoop
from tests.loops.fake_children import FakeChild, FakeClock, Script


class Parent:
    """Two children and what was heard of them."""

    def __init__(self) -> None:
        self.fakes = [FakeChild(1), FakeChild(2)]
        self.slots = [ChildSlot(n, fake.child) for n, fake in enumerate(self.fakes)]
        self.log: list[tuple[int, Any]] = []
        self.script = Script(FakeClock())
        self.loop = ParentLoop(self.slots, self.script.wait, self.take, self.on_exit)

    def take(self, slot: ChildSlot, message: Any) -> None:
        self.log.append((slot.number, message))

    def on_exit(self, slot: ChildSlot) -> None:
        self.log.append((slot.number, ("exit", slot.exit)))

    def turn(self) -> None:
        self.script.play(iter([None]))
        self.loop.turn(0.1)


def test_an_end_is_told_once_after_all_that_the_child_had_said() -> None:
    parent = Parent()
    parent.fakes[0].say("a", "b")
    parent.fakes[0].die(-15)
    parent.fakes[1].say("c")
    parent.turn()
    parent.turn()
    assert parent.log == [(0, "a"), (0, "b"), (0, ("exit", "SIGTERM")), (1, "c")]
    assert parent.loop.alive


def test_a_child_may_be_replaced_when_its_end_is_told() -> None:
    parent = Parent()
    other = FakeChild(3)
    parent.fakes[0].die()

    def replace(slot: ChildSlot) -> None:
        slot.child = other.child

    parent.loop._on_exit = replace
    parent.turn()
    other.say("here")
    parent.turn()
    assert parent.log == [(0, "here")]
    assert [slot.pid for slot in parent.slots] == [3, 2]


def test_a_stop_reaches_all_that_live() -> None:
    parent = Parent()
    parent.fakes[0].die()
    parent.turn()
    parent.loop.stop()
    assert [fake.heard for fake in parent.fakes] == [[], [Stop()]]


def test_a_kill_ends_all_that_live_and_their_ends_are_not_told() -> None:
    parent = Parent()
    parent.fakes[0].end(code=0)
    parent.turn()
    parent.log.clear()
    parent.loop.kill()
    assert [slot.exit for slot in parent.slots] == [0, "SIGKILL"]
    assert (parent.loop.alive, parent.log) == (False, [])


def test_all_are_killed_before_the_first_is_waited_for() -> None:
    parent = Parent()
    killed_by_then = []
    for fake in parent.fakes:
        fake.process.join = lambda timeout=None: killed_by_then.append(  # type: ignore[method-assign] # noqa: ARG005
            [other.process.exitcode for other in parent.fakes]
        )
    parent.loop.kill()
    assert killed_by_then == [[-9, -9], [-9, -9]]


def test_a_child_that_is_killed_on_another_ones_message_is_not_told_of() -> None:
    parent = Parent()
    parent.fakes[0].say("kill the other")
    parent.fakes[1].say("too late")

    def kill(slot: ChildSlot, message: Any) -> None:
        parent.log.append((slot.number, message))
        parent.fakes[1].child.kill()

    parent.loop._take = kill
    parent.turn()
    assert parent.log == [(0, "kill the other")]


def test_what_a_handler_raises_is_raised_and_no_child_has_ended() -> None:
    parent = Parent()
    parent.fakes[0].say("a")

    def full(_slot: ChildSlot, _message: Any) -> None:
        raise OSError("no space left on device")

    parent.loop._take = full
    with pytest.raises(OSError, match="no space left"):
        parent.turn()
    assert all(slot.alive for slot in parent.slots)
    assert parent.log == []
