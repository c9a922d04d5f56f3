"""A worker of a produce run: the loop of produce.py, which its parent starts and stops."""

from eventq.core.clock import Clock
from eventq.core.outcome import Outcome
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import ParentPipe
from eventq.loops.produce.messages import Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.produce import EventProducer, Feed, Produce


class Worker:
    def __init__(
        self, schedule: Schedule, feed: Feed, producer: EventProducer, parent: ParentPipe, clock: Clock
    ) -> None:
        self._producer, self._parent = producer, parent
        self._run = Produce(schedule, feed, producer, clock, self)

    def run(self) -> None:
        """Ready, and from the parent's Go until the schedule's end or the parent's Stop."""
        self._producer.begin()
        self._parent.send(Ready())
        go = self._parent.answer(Go, None)
        if go is not None:
            self._run.run(go.start)
        self._parent.send(Ended(self._run.offered, self._run.deliveries, self._run.end))

    def show(self, _now: float, offered: Offered, deliveries: Deliveries) -> None:
        """Tells the parent how far it is, and hears whether to stop."""
        self._parent.send(WorkerProgress(offered, deliveries))
        if any(isinstance(message, Stop) for message in self._parent.arrived()):
            self._run.ask(Outcome.SIGTERM)
