"""A start that the system refuses; starts that succeed are what every run of several members tests."""

from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest

from eventq.core.errors import EventqError
from eventq.loops.processes import forkserver


class Refusing:
    """A context of multiprocessing that fails at its pipe, or at the start of the process."""

    def __init__(self, pipe: Exception | None, start: Exception | None) -> None:
        self._pipe, self._start = pipe, start
        self.closed: list[str] = []

    def Pipe(self) -> tuple[Any, Any]:  # noqa: N802 - as multiprocessing has it
        if self._pipe is not None:
            raise self._pipe
        return End("ours", self.closed), End("theirs", self.closed)

    def Process(self, **_: Any) -> "Refusing":  # noqa: N802 - as multiprocessing has it
        return self

    def start(self) -> None:
        if self._start is not None:
            raise self._start


class End:
    def __init__(self, name: str, closed: list[str]) -> None:
        self._name, self._closed = name, closed

    def __enter__(self) -> "End":  # noqa: PYI034 - typing.Self is not in 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.append(self._name)


@pytest.mark.parametrize(
    ("pipe", "start", "reason"),
    [
        (OSError(24, "Too many open files"), None, "Too many open files"),
        (None, OSError(11, "Resource temporarily unavailable"), "Resource temporarily unavailable"),
        (None, EOFError("unexpected EOF"), "the system gave no process"),
    ],
)
def test_a_start_that_the_system_refuses_is_an_error_that_names_the_child(
    monkeypatch: pytest.MonkeyPatch, pipe: Exception | None, start: Exception | None, reason: str
) -> None:
    context = Refusing(pipe, start)
    monkeypatch.setattr(forkserver, "get_context", lambda _method: context)
    with pytest.raises(EventqError) as refused:
        forkserver.start(print, (), "member-7")
    assert str(refused.value) == f"member-7 could not be started: {reason}"
    assert "limits of processes, memory and open files" in (refused.value.hint or "")
    assert context.closed == ([] if pipe else ["theirs"])


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), ConnectionResetError()])
def test_a_child_that_was_killed_before_it_could_begin_has_died(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_process: ForkServerProcess) -> None:
        raise error

    monkeypatch.setattr(ForkServerProcess, "start", fail)
    child = forkserver.start(print, (), "member-7")
    assert forkserver.wait([child], 60) == [child]
    child.receive(print)
    assert not child.open
    child.close()
    assert (child.done, child.exit, child.pid) == (False, "SIGKILL", None)
