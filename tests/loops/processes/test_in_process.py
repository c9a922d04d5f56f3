"""A child in its parent's process: what it says is handled at once, an answer is there when it looks."""

from typing import Any

import pytest

from eventq.loops.processes.in_process import InProcessChild, no_wait
from eventq.loops.processes.link import ParentLink
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_loop import ChildSlot, ParentLoop


def run(body: Any, take: Any) -> tuple[ChildSlot, list[ChildSlot]]:
    """The slot of the child, and those whose end was told."""
    ends: list[ChildSlot] = []
    slot = ChildSlot(0, InProcessChild(body))
    loop = ParentLoop([slot], no_wait, take, ends.append)
    loop.turn(0.1)
    assert not loop.alive
    return slot, ends


def test_it_runs_to_its_end_and_ended_in_order() -> None:
    log: list[Any] = []

    def body(parent: ParentLink) -> None:
        parent.send("a")
        log.append("after a")
        parent.send("b")

    slot, ends = run(body, lambda _slot, message: log.append(message))
    assert log == ["a", "after a", "b"]
    assert ends == [slot]
    assert (slot.done, slot.exit) == (True, None)


def test_what_its_parent_sends_meanwhile_has_arrived_when_it_looks() -> None:
    seen: list[Any] = []

    def body(parent: ParentLink) -> None:
        parent.send("progress")
        seen.append(parent.arrived())
        seen.append(parent.arrived())

    run(body, lambda slot, _message: slot.send(Stop()))
    assert seen == [[Stop()], []]


def test_an_answer_is_there_at_once_or_never_comes() -> None:
    seen: list[Any] = []

    def take(slot: ChildSlot, _message: Any) -> None:
        slot.send("other")
        slot.send(3)

    def body(parent: ParentLink) -> None:
        parent.send("question")
        seen.extend([parent.answer(int, 0), parent.answer(int, 0), parent.arrived()])

    run(body, take)
    assert seen == [3, 0, ["other"]]


def test_its_error_is_its_parents_and_it_has_not_ended_in_order() -> None:
    def body(_parent: ParentLink) -> None:
        raise ValueError("broken")

    slot = ChildSlot(0, InProcessChild(body))
    loop = ParentLoop([slot], no_wait, lambda _slot, _message: None, lambda _slot: None)
    with pytest.raises(ValueError, match="broken"):
        loop.turn(0.1)
    assert (slot.alive, slot.done) == (False, False)
    loop.kill()
