"""How Ctrl-C and SIGTERM end a verification: the first one in order, with all that it made removed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eventq.core.errors import ExitCode, Stopped
from eventq.core.outcome import Outcome


class Stopping:
    """`ask` is for the first signal; the second one raises Stopped, see signals.py."""

    def __init__(self) -> None:
        self._asked: Outcome | None = None
        self._ask: Callable[[Outcome], None] | None = None
        self._first: Stopped | None = None

    def ask(self, outcome: Outcome) -> None:
        """What runs meanwhile is asked to end; where nothing does that can be asked, it ends here."""
        self._asked = outcome
        if self._ask is None:
            self.check()
        else:
            self._ask(outcome)

    @contextmanager
    def by(self, ask: Callable[[Outcome], None]) -> Iterator[None]:
        self._ask = ask
        try:
            yield
        finally:
            self._ask = None

    def check(self) -> None:
        """Raises Stopped if it was asked for."""
        if self._asked is not None:
            self._first = Stopped(ExitCode[self._asked.name])
            raise self._first

    def is_impatient(self, error: Stopped) -> bool:
        """Whether it is that of a second signal."""
        return error is not self._first
