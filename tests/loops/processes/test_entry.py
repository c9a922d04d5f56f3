"""What a child process tells of its end, and its exit code."""

from collections import deque
from typing import Any

from eventq.core.errors import ExitCode, NotFound
from eventq.loops.processes.entry import run_and_tell
from eventq.loops.processes.in_process import InProcessLink
from eventq.loops.processes.messages import Done, Failed


def end_with(error: Exception | None) -> tuple[ExitCode, list[Any]]:
    """The exit code of a worker whose body raises `error`, and all that it says."""
    said: list[Any] = []

    def body() -> None:
        if error is not None:
            raise error

    return run_and_tell(InProcessLink(deque(), said.append), "worker", body), said


def test_an_end_in_order_says_its_last_word_and_is_exit_0() -> None:
    assert end_with(None) == (ExitCode.DONE, [Done()])


def test_an_error_of_the_tree_is_told_with_its_hint_and_is_the_exit_code() -> None:
    code, said = end_with(NotFound("no topic 'x'", hint="create it"))
    assert code is ExitCode.NOT_FOUND
    assert said == [Failed("no topic 'x'", "create it"), Done()]


def test_an_unexpected_error_is_told_by_its_kind_and_is_exit_1() -> None:
    code, said = end_with(OSError("no space left on device"))
    assert code is ExitCode.ERROR
    assert said == [Failed("a worker met an unexpected OSError: no space left on device", None), Done()]
