"""The parent of the workers that share one schedule: starts its clock for all and adds up what they tell.

All are ready before the clock starts; before that none has sent anything. They are started a few at a time,
for a stop to count meanwhile. A worker that dies ends the run in order, as the load is no longer what was
asked for: what the broker acknowledged to it counts, whatever else it may have sent is unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import Share
from eventq.core.produce.pacing import NANO, Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.worker_fault import InjectedKill
from eventq.core.text import plural
from eventq.loops.processes.child import Child
from eventq.loops.processes.messages import Failed
from eventq.loops.processes.parent_loop import ChildSlot, ParentLoop, Wait
from eventq.loops.processes.start_queue import StartQueue
from eventq.loops.produce.messages import Dying, Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.produce import ClockStart, ProduceDisplay, start_now

Launch: TypeAlias = Callable[[int], Child]
"""Starts worker w; EventqError where that can't be done."""

DIED = "WORKER_DIED"
_WAIT_SECONDS = 0.1
_SHOW_SECONDS = 0.05
"""At most so often, however many workers tell; of one worker alone every telling is shown."""
_LEAD_SECONDS = 0.05

_Figures = TypeVar("_Figures", Offered, Deliveries)


@dataclass(slots=True)
class WorkerHandle(ChildSlot):
    """One worker as its parent sees it; `final`: its figures are. `dying`: it kills itself on purpose."""

    ready: bool = False
    final: bool = False
    dying: bool = False
    offered: Offered = field(default_factory=Offered)
    deliveries: Deliveries = field(default_factory=Deliveries)


class WorkerPool:
    """`ask` ends the run in order; `error` says why an outcome is FAILED, `injected` what --fault did.

    Errors of a worker in this process are raised.
    """

    def __init__(
        self,
        schedule: Schedule,
        shares: Sequence[Share],
        launch: Launch,
        wait: Wait,
        clock: Clock,
        display: ProduceDisplay,
        *,
        keyed: bool,
    ) -> None:
        self._schedule, self._shares, self._keyed = schedule, shares, keyed
        self._launch, self._clock, self._display = launch, clock, display
        self._workers = [WorkerHandle(share.worker) for share in shares]
        self._loop = ParentLoop(self._workers, wait, self._take, self._on_exit)
        self._starts = StartQueue(clock, self._start)
        self._going = self._told_to_stop = False
        self._show_at = 0.0
        self.start = ClockStart(0.0, 0)
        self.end = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None
        self.injected: list[InjectedKill] = []

    def ask(self, outcome: Outcome) -> None:
        """Asks the run to end in order; the first reason counts."""
        self.stop = self.stop or outcome

    @property
    def offered(self) -> Offered:
        return _sum(Offered, [worker.offered for worker in self._workers])

    @property
    def deliveries(self) -> Deliveries:
        return _sum(Deliveries, [worker.deliveries for worker in self._workers])

    def run(self) -> Outcome:
        """Until every worker has ended, or the run is stopped before the first event."""
        for worker in self._workers:
            self._starts.add(worker)
        try:
            while (self._starts or self._loop.alive) and (self._going or self.stop is None):
                self._starts.turn()
                self._loop.turn(0.0 if self._starts else _WAIT_SECONDS)
                self._keep_up()
        finally:
            self._loop.kill()
        return self.stop or Outcome.REACHED

    def _start(self, worker: WorkerHandle) -> None:
        try:
            worker.child = self._launch(worker.number)
        except EventqError as error:
            self._fail(error)

    def _keep_up(self) -> None:
        """After whatever happened, and when nothing did: passes a stop on and shows how far it is."""
        if self.stop is not None and not self._told_to_stop:
            self._told_to_stop = True
            self._loop.stop()
        now = self._clock.monotonic()
        if self._going and now >= self._show_at:
            self._show_at = now + _SHOW_SECONDS
            self._display.show(now, self.offered, self.deliveries)

    def _take(self, worker: WorkerHandle, message: Ready | WorkerProgress | Dying | Ended | Failed) -> None:
        if isinstance(message, Ready):
            worker.ready = True
            self._go_if_ready()
        elif isinstance(message, Failed):
            self._fail(EventqError(message.message, hint=message.hint))
        else:
            worker.offered, worker.deliveries = message.offered, message.deliveries
        if isinstance(message, Dying):
            worker.dying = True
            seconds = self._clock.monotonic() - self.start.at
            self.injected.append(InjectedKill(worker.number, seconds, message.offered.count))
        elif isinstance(message, Ended):
            worker.final = True
            self.end = max(self.end, message.end)
        self._keep_up()

    def _go_if_ready(self) -> None:
        if self.stop is None and all(worker.ready for worker in self._workers):
            self._going = True
            self.start = start_now(self._clock, _LEAD_SECONDS if len(self._workers) > 1 else 0.0)
            self.end = self.start.at
            for worker in self._workers:
                worker.send(Go(self.start))

    def _on_exit(self, worker: WorkerHandle) -> None:
        if worker.final:
            return
        rest = self._lose_what_is_not_known(worker) if self._going else 0
        if not worker.done:
            died = f"worker {worker.number + 1} died ({worker.exit})"
            hint = "as --fault asked for" if worker.dying else "was it killed because memory ran out?"
            self._fail(EventqError(f"{died}: the outcome of {plural(rest, 'event')} is unknown", hint=hint))

    def _lose_what_is_not_known(self, worker: WorkerHandle) -> int:
        self.end = max(self.end, self._clock.monotonic())
        if not worker.dying:  # its last word was up to date
            worker.offered.count = max(worker.offered.count, self._perhaps_offered(worker.number))
        rest = worker.offered.count - worker.deliveries.settled
        if rest:
            worker.deliveries.lose(DIED, rest)
        return rest

    def _perhaps_offered(self, number: int) -> int:
        """At most so many of its events a worker can have sent by now; with keys only it knew which."""
        elapsed = int((self._clock.monotonic() - self.start.at) * NANO)
        limit = self._schedule.before(elapsed) if elapsed >= 0 else 0
        return 0 if limit is None or self._keyed else self._shares[number].count(limit)

    def _fail(self, error: EventqError) -> None:
        self.error = self.error or error
        self.ask(Outcome.FAILED)


def _sum(kind: type[_Figures], parts: list[_Figures]) -> _Figures:
    """Figures are many; those of one worker need no sum."""
    if len(parts) == 1:
        return parts[0]
    total = kind()
    for part in parts:
        total.merge(part)
    return total
