"""The parent of the workers that share one schedule: starts its clock for all and adds up what they tell.

All are ready before the clock starts; before that none has sent anything. They are started a few at a time,
for a stop to count meanwhile. A worker that dies ends the run in order, as the load is no longer what was
asked for: what the broker acknowledged to it counts, whatever else it may have sent is unknown.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.deal import Deal, HandedOver, SettledEvents
from eventq.core.produce.feed import Share
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Deliveries, Offered, settled_by_partition
from eventq.core.produce.stage_report import StageOffered
from eventq.core.produce.stages import NANO
from eventq.core.produce.worker_fault import InjectedKill
from eventq.core.text import plural
from eventq.loops.processes.child import Child
from eventq.loops.processes.messages import Failed
from eventq.loops.processes.parent_loop import ChildSlot, ParentLoop, Wait
from eventq.loops.processes.start_queue import StartQueue
from eventq.loops.produce.messages import Dealt, Dying, Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.produce import ProduceDisplay
from eventq.loops.produce.start import ClockStart, start_at, start_now

Launch: TypeAlias = Callable[[int], Child]
"""Starts worker w; EventqError where that can't be done."""

DIED = "WORKER_DIED"
_WAIT_SECONDS = 0.1
_SHOW_SECONDS = 0.05
"""At most so often, however many workers tell; of one worker alone every telling is shown."""
_LEAD_SECONDS = 0.05
_DEAL_SECONDS = 0.025

_Figures = TypeVar("_Figures", Offered, Deliveries, StageOffered)


class RunDisplay(ProduceDisplay, Protocol):
    def begin(self, at: float) -> None:
        """The schedule's clock starts then, by the monotonic clock."""
        ...


class Bound(Protocol):
    """Holds workers back while a queue is full; see queue_control.py. `error`: why the run has to end."""

    error: EventqError | None

    def turn(self, handed: Sequence[HandedOver], *, due: bool) -> Sequence[Deal] | None:
        """What each worker may hand over from now on; None: as before."""
        ...

    def limit(self, worker: int) -> int:
        """More than this a worker can't have handed over."""
        ...


@dataclass(slots=True)
class WorkerHandle(ChildSlot):
    """One worker as its parent sees it; `final`: its figures are. `dying`: it kills itself on purpose."""

    ready: bool = False
    final: bool = False
    dying: bool = False
    offered: Offered = field(default_factory=Offered)
    deliveries: Deliveries = field(default_factory=Deliveries)
    stages: Mapping[int, StageOffered] = field(default_factory=dict)


class WorkerPool:
    """`ask` ends the run in order; `error` says why an outcome is FAILED, `injected` what --fault did.

    `epoch`: when the schedule's clock starts, in epoch nanoseconds; None: as soon as all workers are ready.
    Errors of a worker in this process are raised.
    """

    def __init__(
        self,
        schedule: Schedule,
        shares: Sequence[Share],
        launch: Launch,
        wait: Wait,
        clock: Clock,
        display: RunDisplay,
        *,
        keyed: bool,
        epoch: int | None = None,
    ) -> None:
        self._bound: Bound | None = None
        self._schedule, self._shares, self._keyed = schedule, shares, keyed
        self._launch, self._clock, self._display = launch, clock, display
        self._epoch = epoch
        self._workers = [WorkerHandle(number) for number in range(len(shares))]
        self._loop = ParentLoop(self._workers, wait, self._take, self._on_exit)
        self._starts = StartQueue(clock, self._start)
        self._going = self._told_to_stop = False
        self._show_at = 0.0
        self.start = ClockStart(0.0, 0)
        self.end = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None
        self.injected: list[InjectedKill] = []

    def bind(self, bound: Bound) -> None:
        """Before the run: holds its workers to the bound of a queue."""
        self._bound = bound

    def ask(self, outcome: Outcome) -> None:
        """Asks the run to end in order; the first reason counts."""
        self.stop = self.stop or outcome

    @property
    def offered(self) -> Offered:
        return _sum(Offered, [worker.offered for worker in self._workers])

    @property
    def deliveries(self) -> Deliveries:
        return _sum(Deliveries, [worker.deliveries for worker in self._workers])

    def settled(self) -> SettledEvents:
        """Also asked by other threads."""
        parts: Counter[int] = Counter()
        for worker in self._workers:
            parts.update(settled_by_partition(worker.offered, worker.deliveries))
        return SettledEvents(sum(worker.deliveries.settled for worker in self._workers), parts)

    @property
    def stages(self) -> Mapping[int, StageOffered]:
        """By their places; without what a worker that died did."""
        parts: dict[int, list[StageOffered]] = {}
        for worker in self._workers:
            for stage, offered in worker.stages.items():
                parts.setdefault(stage, []).append(offered)
        return {stage: _sum(StageOffered, found) for stage, found in parts.items()}

    def run(self) -> Outcome:
        """Until every worker has ended, or the run is stopped before the first event."""
        for worker in self._workers:
            self._starts.add(worker)
        try:
            while (self._starts or self._loop.alive) and (self._going or self.stop is None):
                self._starts.turn()
                self._loop.turn(0.0 if self._starts else self._wait_seconds)
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
        if self._going and self.stop is None and self._bound is not None:
            self._deal(self._bound)
        now = self._clock.monotonic()
        if self._going and now >= max(self._show_at, self.start.at):
            self._show_at = now + _SHOW_SECONDS
            self._display.show(now, self.offered, self.deliveries)

    @property
    def _wait_seconds(self) -> float:
        return _WAIT_SECONDS if self._bound is None else _DEAL_SECONDS

    def _deal(self, bound: Bound) -> None:
        """Passes credits on, and ends a run that the bound does not let go on."""
        workers = self._workers
        handed = [HandedOver(each.offered.count, each.offered.placed, each.final) for each in workers]
        deals = bound.turn(handed, due=self._is_due())
        if bound.error is not None and self.stop is None:
            self._fail(bound.error)
        for worker, deal in zip(workers, deals or (), strict=False):
            worker.send(Dealt(deal))

    def _is_due(self) -> bool:
        """An event is due that no worker has handed over or dropped."""
        elapsed = int((self._clock.monotonic() - self.start.at) * NANO)
        due = self._schedule.before(elapsed) if elapsed >= 0 else 0
        return due is None or due > sum(each.offered.count + each.offered.dropped for each in self._workers)

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
            number = self._shares[worker.number].worker
            self.injected.append(InjectedKill(number, seconds, message.offered.count))
        elif isinstance(message, Ended):
            worker.final, worker.stages = True, message.stages
            self.end = max(self.end, message.end)
        self._keep_up()

    def _go_if_ready(self) -> None:
        if self.stop is None and all(worker.ready for worker in self._workers):
            self._going = True
            self.start = self._begin()
            self.end = self.start.at
            self._display.begin(self.start.at)
            for worker in self._workers:
                worker.send(Go(self.start))

    def _begin(self) -> ClockStart:
        if self._epoch is not None:
            return start_at(self._clock, self._epoch)
        return start_now(self._clock, _LEAD_SECONDS if len(self._workers) > 1 else 0.0)

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
        if limit is None or self._keyed:
            return 0
        perhaps = self._shares[number].count(limit)
        return perhaps if self._bound is None else min(perhaps, self._bound.limit(number))

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
