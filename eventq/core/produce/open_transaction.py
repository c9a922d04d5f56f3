"""The events of one transaction, held until it is known how it ended: none counts as acknowledged before."""

from dataclasses import dataclass, field

from eventq.core.ledger.lines import Fate, Spans
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import TransactionEnd

ABORTED_WITH_IT = "TRANSACTION_ABORTED"
"""The reason of an event whose transaction was aborted because of another one, or of an error of its own."""

_SAME_SECONDS = 1e-6


@dataclass(slots=True)
class HeldDeliveries(Deliveries):
    """What the broker has said of events of an open transaction. `due`: when so many of them were due."""

    due: list[tuple[float, int]] = field(default_factory=list)

    def time(self, latency_ms: float, now: float, count: int = 1) -> None:
        self.acked += count
        due = now - latency_ms / 1000
        if self.due and abs(self.due[-1][0] - due) < _SAME_SECONDS:
            count += self.due.pop()[1]
        self.due.append((due, count))

    @property
    def spoilt(self) -> bool:
        """An event is missing: what is left of the transaction must not be committed."""
        return bool(self.failed or self.unknown)


@dataclass(slots=True)
class OpenTransaction:
    """`first` is the sequence number of its first event, `opened` by the monotonic clock.

    `count` events were handed over; `settlements` None: nobody writes a ledger.
    """

    number: int
    first: int
    opened: float
    settlements: Settlements | None
    deliveries: HeldDeliveries = field(default_factory=HeldDeliveries)
    count: int = 0

    def settle(
        self, end: TransactionEnd, why: str | None, now: float, into: Deliveries, ledger: Settlements | None
    ) -> None:
        """Tells what became of all its events; `why` is the reason of those that have none of their own."""
        into.transactions[end] += 1
        if end is TransactionEnd.COMMITTED:
            self._acknowledge(now, into, ledger)
        else:
            self._give_up(end, why, into, ledger)

    def _acknowledge(self, now: float, into: Deliveries, ledger: Settlements | None) -> None:
        for partition, acks in self.deliveries.partitions.items():
            into.acknowledge(partition, acks.first_offset, acks.last_offset, acks.acked)
        for due, count in self.deliveries.due:
            into.time((now - due) * 1000, now, count)
        if ledger is not None and self.settlements is not None:
            for line in self.settlements.take():
                ledger.acked(line.spans, line.offsets)

    def _give_up(
        self, end: TransactionEnd, why: str | None, into: Deliveries, ledger: Settlements | None
    ) -> None:
        """Events that were refused for certain stay so, whatever became of the others."""
        held = self.deliveries
        rest = self.count - held.failed
        into.failed += held.failed
        if end is TransactionEnd.UNKNOWN:
            into.unknown += rest
        else:
            into.aborted += rest
        if why is not None:
            into.errors.update(held.errors)
            into.errors[why] += self.count - held.errors.total()
        if ledger is None or self.settlements is None:
            return
        refused = [line for line in self.settlements.take() if line.fate is Fate.FAILED]
        for line in refused:
            ledger.settled(Fate.FAILED, line.why, line.spans)
        fate = Fate.UNKNOWN if end is TransactionEnd.UNKNOWN else Fate.ABORTED
        ledger.settled(fate, why, self._without([line.spans for line in refused]))

    def _without(self, refused: list[Spans]) -> list[tuple[int, int]]:
        """The sequence numbers of its events but these."""
        found, at = [], self.first
        for first, last in sorted(span for spans in refused for span in spans):
            if first > at:
                found.append((at, first - 1))
            at = last + 1
        end = self.first + self.count - 1
        return [*found, (at, end)] if at <= end else found
