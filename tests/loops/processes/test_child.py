"""The parent's side of one child process."""

from typing import Any

import pytest

from eventq.loops.processes.child import exit_name
from tests.loops.fake_children import FakeChild


def receive(fake: FakeChild) -> list[Any]:
    said: list[Any] = []
    fake.child.receive(said.append)
    return said


def test_all_that_a_child_had_said_is_received_before_its_end() -> None:
    fake = FakeChild()
    fake.say("one", "two")
    fake.die()
    assert receive(fake) == ["one", "two"]
    assert (fake.child.open, fake.child.done) == (False, False)


def test_a_child_that_says_its_last_word_ended_in_order_whatever_its_exit_code() -> None:
    fake = FakeChild()
    fake.end("last", code=2)
    assert receive(fake) == ["last"]
    fake.child.close()
    assert (fake.child.done, fake.child.exit) == (True, 2)


def test_what_is_said_to_a_child_that_has_just_died_is_not_heard_and_no_error() -> None:
    fake = FakeChild()
    fake.child.send("before")
    fake.die()
    fake.child.send("after")
    assert fake.heard == ["before"]
    assert fake.child.open


def test_an_os_error_of_whoever_hears_a_child_is_raised_and_is_not_the_childs_end() -> None:
    fake = FakeChild()
    fake.say("one", "two")

    def full(_message: Any) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        fake.child.receive(full)
    assert fake.child.open
    assert receive(fake) == ["two"]


def test_a_child_that_closed_its_pipe_and_lives_on_is_killed_not_waited_for() -> None:
    fake = FakeChild()
    fake.pipe.ended = True
    receive(fake)
    fake.child.close()
    assert (fake.child.exit, fake.pipe.closed) == ("SIGKILL", True)
    assert None not in fake.process.joined


def test_a_child_that_not_even_a_kill_ends_is_left_behind_with_an_unknown_exit() -> None:
    fake = FakeChild()
    fake.process.unkillable = True
    fake.child.kill()
    fake.child.close()
    assert (fake.child.exit, fake.child.open, fake.pipe.closed) == (None, False, True)
    assert None not in fake.process.joined


def test_a_child_is_known_by_its_pid() -> None:
    assert FakeChild(7).child.pid == 7


@pytest.mark.parametrize(
    ("code", "name"), [(None, None), (0, 0), (143, 143), (-9, "SIGKILL"), (-63, "signal 63")]
)
def test_an_exit_is_a_code_or_the_name_of_a_signal(code: int | None, name: str | int | None) -> None:
    assert exit_name(code) == name
