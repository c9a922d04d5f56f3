"""A worker of a produce run: the loop of produce.py, which its parent starts and stops."""

from typing import TYPE_CHECKING

from eventq.core.clock import Clock
from eventq.core.outcome import Outcome
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.processes.kill import kill_this_process
from eventq.loops.processes.link import ParentLink
from eventq.loops.processes.messages import Failed, Stop
from eventq.loops.produce.batches import Feed, Identities
from eventq.loops.produce.fatal_producer import FatalProducer
from eventq.loops.produce.gate import CreditGate
from eventq.loops.produce.ledger import LedgerKeeper
from eventq.loops.produce.messages import Dealt, Dying, Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.produce import EventProducer, Produce

if TYPE_CHECKING:
    from eventq.core.produce.placing import Placer


class Worker:
    """`dies_after`: it kills its process once it has handed over so many events.

    `gated`: its parent deals it credits; then `drops` says whether events without are left out, and `placer`
    is that of partitions with bounds of their own.
    """

    def __init__(
        self,
        schedule: Schedule,
        feed: Feed,
        producer: EventProducer,
        parent: ParentLink,
        clock: Clock,
        ledger: LedgerKeeper | None = None,
        identities: Identities | None = None,
        dies_after: int | None = None,
        *,
        gated: bool = False,
        drops: bool = False,
        placer: "Placer | None" = None,
    ) -> None:
        if dies_after is not None:
            producer = FatalProducer(producer, dies_after, self._die)
        self._producer, self._parent, self._ledger = producer, parent, ledger
        self._gate = CreditGate(clock, self._hear, placer, drops=drops) if gated else None
        self._run = Produce(schedule, feed, producer, clock, self, ledger, identities, self._gate)

    def run(self) -> None:
        """Ready, and from the parent's Go until the schedule's end or the parent's Stop."""
        self._producer.begin()
        if self._ledger is not None:
            self._ledger.begin()
        self._parent.send(Ready())
        go = self._parent.answer((Go, Stop), Stop())
        if isinstance(go, Go):
            self._run.run(go.start)
        else:
            self._producer.close()
        if self._ledger is not None:
            self._end(self._ledger)
        if self._run.error is not None:
            self._parent.send(Failed(str(self._run.error), self._run.error.hint))
        self._parent.send(Ended(self._run.offered, self._run.deliveries, self._run.end, self._run.stages))

    def _die(self) -> None:
        self._parent.send(Dying(self._run.offered, self._run.deliveries))
        kill_this_process()

    def _end(self, ledger: LedgerKeeper) -> None:
        ledger.end(self._run.offered, self._run.deliveries)
        if ledger.error is not None:
            busy = isinstance(ledger.error, BlockingIOError)
            why = "another run is writing it" if busy else ledger.error.strerror
            self._parent.send(
                Failed(
                    f"the ledger can't be written: {why}",
                    "what it says so far is true; to an audit the fate of all other events is unknown",
                )
            )

    def show(self, _now: float, offered: Offered, deliveries: Deliveries) -> None:
        """Tells the parent how far it is, and hears whether to stop."""
        self._parent.send(WorkerProgress(offered, deliveries))
        self._hear()

    def _hear(self) -> None:
        for message in self._parent.arrived():
            if isinstance(message, Stop):
                self._run.ask(Outcome.SIGTERM)
            elif isinstance(message, Dealt) and self._gate is not None:
                self._gate.take(message.deal)
