"""Tries again what a store could not do, as often as was allowed."""

from collections.abc import Callable
from typing import TypeVar

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery, SinkPlan
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.loops.consume.effect_store import EffectStore
from eventq.loops.processes.parent_pipe import ParentPipe

_Answer = TypeVar("_Answer")


class Retries:
    """Of one store; `failures` of the call that is being tried, 0 at its first try."""

    def __init__(
        self,
        store: EffectStore,
        sink: SinkPlan,
        parent: ParentPipe,
        clock: Clock,
        delivery: Delivery = Delivery.AT_LEAST_ONCE,
    ) -> None:
        self._store, self._sink, self._parent, self._clock = store, sink, parent, clock
        self._delivery = delivery
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
            if not self._parent.sleep_until(self._clock.monotonic() + self._sink.backoff):
                return None

    def _count(self, error: StoreUnavailable) -> None:
        self.failures += 1
        if self.failures > self._sink.retries:
            raise self.exhausted(error) from error

    def exhausted(self, error: StoreUnavailable) -> EventqError:
        """There was no try left."""
        hint = "nothing is committed beyond what was written; run it again when that is mended"
        if self._delivery is Delivery.AT_MOST_ONCE:
            hint = "what was committed and not written does not come again: that is at-most-once"
        return EventqError(f"the sink {self._sink.name} can't be written: {error}", hint=hint)
