"""Tries again what a store could not do, as often as was allowed."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.loops.consume.effect_store import EffectStore
from eventq.loops.processes.parent_pipe import ParentPipe

_Answer = TypeVar("_Answer")


class RetryPlan(Protocol):
    """How often, how many seconds apart, and what it is that is written to."""

    @property
    def retries(self) -> int: ...

    @property
    def backoff(self) -> float: ...

    @property
    def what(self) -> str: ...


class Retries:
    """Of one store; `failures` of the call that is being tried, 0 at its first try."""

    def __init__(self, store: EffectStore, plan: RetryPlan, parent: ParentPipe, clock: Clock) -> None:
        self._store, self._plan, self._parent, self._clock = store, plan, parent, clock
        self.failures = 0

    def run(self, call: Callable[[], _Answer]) -> _Answer | None:
        """The answer; None when told to stop before there was one. EventqError after the last try."""
        self.failures = 0
        while True:
            try:
                if self.failures:
                    self._store.open()
                return call()
            except StoreUnavailable as error:
                self._count(error)
            if not self._parent.sleep_until(self._clock.monotonic() + self._plan.backoff):
                return None

    def _count(self, error: StoreUnavailable) -> None:
        self.failures += 1
        if self.failures > self._plan.retries:
            raise self.exhausted(error) from error

    def exhausted(self, error: StoreUnavailable) -> EventqError:
        """There was no try left."""
        return EventqError(
            f"{self._plan.what} can't be written: {error}",
            hint="run it again when that is mended: nothing is committed beyond what was written, under "
            "at-most-once nothing beyond the batch in hand",
        )
