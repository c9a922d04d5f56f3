"""A child's end of a real pipe."""

from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import pytest

from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import ParentPipe
from tests.loops.fake_children import FakeClock


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, ParentPipe]]:
    ours, theirs = Pipe()
    yield ours, ParentPipe(theirs, FakeClock())
    ours.close()
    theirs.close()


def test_what_has_come_in_is_told_once_and_in_order(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    assert parent.arrived() == []
    ours.send("a")
    ours.send("b")
    assert parent.arrived() == ["a", "b"]
    assert parent.arrived() == []


def test_what_comes_before_an_answer_is_kept(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    for message in ("early", 7):
        ours.send(message)
    assert parent.answer(int, 0) == 7
    assert parent.arrived() == ["early"]


def test_of_several_kinds_of_answer_the_first_to_come_is_taken(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    ours.send(Stop())
    answer: Any = parent.answer((int, Stop), 0)
    assert answer == Stop()
    assert parent.arrived() == []


def test_a_parent_that_is_gone_reads_as_stop_and_owes_no_answer(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    ours.send("last")
    ours.close()
    assert parent.answer(int, 5) == 5
    assert parent.orphaned
    assert parent.arrived() == ["last", Stop()]
    assert not parent.sleep_until(1060.0)


def test_to_tell_a_parent_that_is_gone_is_no_error(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    ours.close()
    parent.send("x")
    assert parent.orphaned
    assert Stop() in parent.arrived()


def test_a_stop_ends_a_sleep(pipe: tuple[Connection, ParentPipe]) -> None:
    ours, parent = pipe
    ours.send(Stop())
    assert not parent.sleep_until(1060.0)
    assert not parent.orphaned
