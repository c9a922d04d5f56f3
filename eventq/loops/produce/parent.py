"""The parent of several workers that share one schedule: starts its clock for all and adds up what they tell.

All are ready before the clock starts. A worker that dies ends the run in order, as the load is no longer what
was asked for: what the broker acknowledged to it counts, whatever else it may have sent is unknown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import Share
from eventq.core.produce.pacing import NANO, Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.text import plural
from eventq.loops.processes.exits import exit_name
from eventq.loops.processes.messages import Failed, Stop
from eventq.loops.produce.messages import Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.produce import ClockStart, ProduceDisplay, start_now

Launch = Callable[[int], tuple[BaseProcess, connection.Connection]]
"""Starts worker w; returns its process and the parent's end of its pipe."""

DIED = "WORKER_DIED"
_WAIT_SECONDS = 0.1
_LEAD_SECONDS = 0.05


@dataclass(slots=True)
class WorkerHandle:
    """One worker as its parent sees it."""

    number: int
    process: BaseProcess
    pipe: connection.Connection | None
    ready: bool = False
    ended: bool = False
    offered: Offered = field(default_factory=Offered)
    deliveries: Deliveries = field(default_factory=Deliveries)

    def send(self, message: object) -> None:
        """A worker that has just died does not hear it; its death is noticed elsewhere."""
        if self.pipe is not None:
            try:
                self.pipe.send(message)
            except OSError:
                return


class WorkerPool:
    """`ask` ends the run in order; `error` says why an outcome is FAILED."""

    def __init__(
        self,
        schedule: Schedule,
        shares: Sequence[Share],
        launch: Launch,
        clock: Clock,
        display: ProduceDisplay,
        *,
        keyed: bool,
    ) -> None:
        self._schedule, self._shares, self._keyed = schedule, shares, keyed
        self._launch, self._clock, self._display = launch, clock, display
        self._workers: list[WorkerHandle] = []
        self._told_to_stop = False
        self.start = ClockStart(0.0, 0)
        self.end = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None

    def ask(self, outcome: Outcome) -> None:
        """Asks the run to end in order; the first reason counts."""
        self.stop = self.stop or outcome

    @property
    def offered(self) -> Offered:
        total = Offered()
        for worker in self._workers:
            total.merge(worker.offered)
        return total

    @property
    def deliveries(self) -> Deliveries:
        total = Deliveries()
        for worker in self._workers:
            total.merge(worker.deliveries)
        return total

    def run(self) -> Outcome:
        """Until every worker has ended."""
        try:
            for share in self._shares:
                process, pipe = self._launch(share.worker)
                self._workers.append(WorkerHandle(share.worker, process, pipe))
            while self.stop is None and not all(worker.ready for worker in self._workers):
                self._turn()
            self._go()
            while any(worker.pipe is not None for worker in self._workers):
                self._turn()
                self._display.show(self._clock.monotonic(), self.offered, self.deliveries)
        finally:
            self._kill()
        return self.stop or Outcome.REACHED

    def _go(self) -> None:
        self.start = start_now(self._clock, _LEAD_SECONDS)
        self.end = self.start.at
        for worker in self._workers:
            worker.send(Stop() if self.stop is not None else Go(self.start))

    def _turn(self) -> None:
        if self.stop is not None and not self._told_to_stop:
            self._told_to_stop = True
            for worker in self._workers:
                worker.send(Stop())
        pipes: dict[Any, WorkerHandle] = {
            worker.pipe: worker for worker in self._workers if worker.pipe is not None
        }
        for ready in connection.wait(list(pipes), _WAIT_SECONDS):
            self._receive(pipes[ready])

    def _receive(self, worker: WorkerHandle) -> None:
        """All that the worker has said, and its death if that is what the pipe tells."""
        try:
            while worker.pipe is not None and worker.pipe.poll():
                self._handle(worker, worker.pipe.recv())
        except (EOFError, OSError):
            self._on_exit(worker)

    def _handle(self, worker: WorkerHandle, message: Ready | WorkerProgress | Ended | Failed) -> None:
        if isinstance(message, Ready):
            worker.ready = True
        elif isinstance(message, Failed):
            self._fail(EventqError(message.message, hint=message.hint))
        else:
            worker.offered, worker.deliveries = message.offered, message.deliveries
        if isinstance(message, Ended):
            worker.ended = True
            self.end = max(self.end, message.end)

    def _on_exit(self, worker: WorkerHandle) -> None:
        worker.process.join()
        if worker.pipe is not None:
            worker.pipe.close()
            worker.pipe = None
        if worker.ended:
            return
        self.end = max(self.end, self._clock.monotonic())
        worker.offered.count = max(worker.offered.count, self._perhaps_offered(worker.number))
        rest = worker.offered.count - worker.deliveries.settled
        if rest:
            worker.deliveries.lose(DIED, rest)
        died = exit_name(worker.process.exitcode)
        self._fail(
            EventqError(
                f"worker {worker.number + 1} died ({died}): "
                f"the outcome of {plural(rest, 'event')} is unknown",
                hint="was it killed because memory ran out?",
            )
        )

    def _perhaps_offered(self, number: int) -> int:
        """At most so many of its events a worker can have sent by now; with keys only it knew which."""
        elapsed = int((self._clock.monotonic() - self.start.at) * NANO)
        limit = self._schedule.before(elapsed) if elapsed >= 0 and self.start.at else 0
        return 0 if limit is None or self._keyed else self._shares[number].count(limit)

    def _fail(self, error: EventqError) -> None:
        self.error = self.error or error
        self.ask(Outcome.FAILED)

    def _kill(self) -> None:
        """Nothing to do but when an error or a second signal has cut the end short."""
        for worker in self._workers:
            if worker.pipe is not None:
                worker.process.kill()
                worker.process.join()
                worker.pipe.close()
