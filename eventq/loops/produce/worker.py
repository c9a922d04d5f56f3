"""A worker of a produce run: the loop of produce.py, obedient to its parent."""

from eventq.core.clock import Clock
from eventq.core.outcome import Outcome
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import Link
from eventq.loops.produce.messages import Ended, Go, Progress, Ready
from eventq.loops.produce.produce import EventProducer, Feed, Produce


class Worker:
    def __init__(
        self, schedule: Schedule, feed: Feed, producer: EventProducer, link: Link, clock: Clock
    ) -> None:
        self._producer, self._link = producer, link
        self._run = Produce(schedule, feed, producer, clock, self)

    def run(self) -> None:
        """Ready, and from the parent's Go until the schedule's end or the parent's Stop."""
        self._producer.begin()
        self._link.send(Ready())
        go = self._link.answer(Go, None)
        if go is not None:
            self._run.run(go.start)
        self._link.send(Ended(self._run.offered, self._run.deliveries, self._run.end))

    def show(self, _now: float, offered: Offered, deliveries: Deliveries) -> None:
        """Tells the parent how far it is, and hears whether to stop."""
        self._link.send(Progress(offered, deliveries))
        if any(isinstance(message, Stop) for message in self._link.arrived()):
            self._run.stop = Outcome.SIGTERM
