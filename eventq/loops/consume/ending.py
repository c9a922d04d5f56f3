"""How a run of a group comes to its end: the first reason counts."""

from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome


class Ending:
    """`stop` is None while the run goes on; `error` says why it is FAILED."""

    def __init__(self) -> None:
        self.stop: Outcome | None = None
        self.error: EventqError | None = None

    def ask(self, outcome: Outcome) -> None:
        self.stop = self.stop or outcome

    def fail(self, error: EventqError) -> None:
        """Counts even when an end was already asked for: what went wrong on the way out is told too."""
        self.error = self.error or error
        self.stop = Outcome.FAILED
