"""Child processes that a test plays itself, and the wait of a parent's loop, which a test's script fills.

A script is a generator: at each wait it goes on to its next `yield`, and what children have said by then is
received. So a test reads in the order in which things happen, and nothing sleeps.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from eventq.loops.processes.child import Child, ChildProcess
from eventq.loops.processes.messages import Done


class FakeClock:
    """Time passes in sleeps and waits alone."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds + 1_700_000_000

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class FakeProcess:
    """Ends when it is told to, or is killed."""

    def __init__(self, pid: int) -> None:
        self.pid: int | None = pid
        self.exitcode: int | None = None
        self.unkillable = False
        self.joined: list[float | None] = []

    def join(self, timeout: float | None = None) -> None:
        self.joined.append(timeout)
        assert self.exitcode is not None or timeout is not None, "this would hang"

    def kill(self) -> None:
        if self.exitcode is None and not self.unkillable:
            self.exitcode = -9


class FakePipe:
    """The parent's end: `said` is what it can read, `heard` what it has sent."""

    def __init__(self) -> None:
        self.said: deque[Any] = deque()
        self.heard: list[Any] = []
        self.ended = self.closed = False

    def fileno(self) -> int:
        raise AssertionError("a fake is not waited for by its file")

    def send(self, message: Any) -> None:
        if self.ended:
            raise BrokenPipeError
        self.heard.append(message)

    def poll(self, _seconds: float = 0.0) -> bool:
        return bool(self.said) or self.ended

    def recv(self) -> Any:
        if not self.said:
            raise EOFError
        return self.said.popleft()

    def close(self) -> None:
        self.closed = True


class FakeChild:
    """A child process as the test plays it; `child` is its parent's side."""

    def __init__(self, pid: int = 1) -> None:
        self.process, self.pipe = FakeProcess(pid), FakePipe()
        self.child = ChildProcess(self.process, self.pipe)

    def say(self, *messages: Any) -> None:
        self.pipe.said.extend(messages)

    def end(self, *messages: Any, code: int = 0) -> None:
        """In order, with these last messages."""
        self.say(*messages, Done())
        self.die(code)

    def die(self, code: int = -9) -> None:
        self.process.exitcode = code
        self.pipe.ended = True

    @property
    def heard(self) -> list[Any]:
        return self.pipe.heard

    def last(self) -> Any:
        """What its parent has told it last."""
        return self.pipe.heard[-1]


class Script:
    """The Wait of a test: each wait takes its seconds and is the script's next step."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._steps: Iterator[None] = iter(())
        self.ended = True

    def play(self, steps: Iterator[None]) -> None:
        self._steps, self.ended = steps, False

    def wait(self, children: Sequence[Child], seconds: float) -> Sequence[Child]:
        self._clock.seconds += seconds
        try:
            next(self._steps)
        except StopIteration:
            assert not self.ended, "the parent still waits, though nothing more will happen"
            self.ended = True
        return [child for child in children if isinstance(child, ChildProcess) and child._pipe.poll()]
