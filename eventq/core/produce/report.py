"""What a produce run knows: of its deliveries, of itself now (for a view), at its end (the report)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventq.core.ledger.lines import Fate
from eventq.core.produce.stage_report import StageReport
from eventq.core.produce.transactions import TransactionEnd, TransactionPlan
from eventq.core.produce.worker_fault import InjectedKill
from eventq.core.quantiles import Histogram

if TYPE_CHECKING:
    from eventq.core.produce.queue_sample import BoundNow, BoundReport


@dataclass(slots=True)
class PartitionAcks:
    """Acknowledged events of one partition and the offsets that the broker gave them; -1: it gave none."""

    acked: int
    first_offset: int
    last_offset: int


@dataclass(slots=True)
class Deliveries:
    """What became of events that were handed to the client; latencies in ms from the due time.

    `acked` counts acknowledgements of the broker (with acks=0: events that the client has sent), `failed`
    certain refusals, `unknown` what may or may not be in the log, `aborted` what is of a transaction that was
    aborted. `last_at` is the last acknowledgement, by the monotonic clock. `transactions` are those that have
    ended.
    """

    acked: int = 0
    failed: int = 0
    unknown: int = 0
    aborted: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    partitions: dict[int, PartitionAcks] = field(default_factory=dict)
    ack_ms: Histogram = field(default_factory=Histogram)
    last_at: float | None = None
    transactions: Counter[TransactionEnd] = field(default_factory=Counter)

    @property
    def settled(self) -> int:
        return self.acked + self.failed + self.unknown + self.aborted

    def acknowledge(self, partition: int, first: int, last: int, count: int = 1) -> None:
        """`count` events at offsets from `first` to `last`, in any order; their time is told to `time`."""
        acks = self.partitions.get(partition)
        if acks is None:
            self.partitions[partition] = PartitionAcks(count, first, last)
            return
        acks.acked += count
        acks.first_offset = min(acks.first_offset, first)
        acks.last_offset = max(acks.last_offset, last)

    def time(self, latency_ms: float, now: float, count: int = 1) -> None:
        self.acked += count
        self.ack_ms.add(latency_ms, count)
        self.last_at = now

    def refuse(self, fate: Fate, reason: str, count: int = 1) -> None:
        """FAILED or UNKNOWN."""
        if fate is Fate.FAILED:
            self.failed += count
        else:
            self.unknown += count
        self.errors[reason] += count

    def lose(self, reason: str, count: int = 1) -> None:
        """It is not known whether these are in the log."""
        self.refuse(Fate.UNKNOWN, reason, count)

    def merge(self, other: "Deliveries") -> None:
        self.acked += other.acked
        self.failed += other.failed
        self.unknown += other.unknown
        self.aborted += other.aborted
        self.transactions.update(other.transactions)
        self.errors.update(other.errors)
        for partition, acks in other.partitions.items():
            self.acknowledge(partition, acks.first_offset, acks.last_offset, acks.acked)
        self.ack_ms.merge(other.ack_ms)
        self.last_at = max((at for at in (self.last_at, other.last_at) if at is not None), default=None)


@dataclass(slots=True)
class Offered:
    """What was handed to the client (`count`) and what was left out because a queue was full (`dropped`).

    `placed`: how many to each partition, where eventq chooses it. Times by the monotonic clock, slip in ms.
    """

    count: int = 0
    bytes: int = 0
    dropped: int = 0
    first_at: float | None = None
    last_at: float | None = None
    slip_ms: Histogram = field(default_factory=Histogram)
    placed: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.count + self.dropped

    def merge(self, other: "Offered") -> None:
        self.count += other.count
        self.bytes += other.bytes
        self.dropped += other.dropped
        self.first_at = min((at for at in (self.first_at, other.first_at) if at is not None), default=None)
        self.last_at = max((at for at in (self.last_at, other.last_at) if at is not None), default=None)
        self.slip_ms.merge(other.slip_ms)


def settled_by_partition(offered: Offered, deliveries: Deliveries) -> dict[int, int]:
    """Of events that eventq has placed: of a refused one only the client knew where it went, so that those
    count once nothing is open.
    """
    placed = dict(offered.placed)
    if sum(placed.values()) == deliveries.settled:
        return placed
    return {partition: acks.acked for partition, acks in dict(deliveries.partitions).items()}


@dataclass(frozen=True, slots=True)
class ProduceNow:
    """A run as a live line shows it: counts so far, rate and slip of just now.

    `end`: when the last event is due, in seconds since the start.
    """

    seconds: float
    offered: int
    acked: int
    failed: int
    in_flight: int
    rate: float | None
    target_rate: float | None
    slip_ms: float | None
    total: int | None
    bound: "BoundNow | None" = None
    end: float | None = None
    aborted: int = 0


@dataclass(frozen=True, slots=True)
class ProduceReport:
    """`acknowledged` is False under acks=0; `seconds` from the start to the end of the flush.

    `start` is by the monotonic clock, `epoch` the same in seconds since 1970. Rates are of `shard`, such
    as 0/4, None for a whole load.
    `stamp` is where events say which they are, `ledger` the first worker's file. `seed` made the events and
    chose the transactions that were aborted on purpose. `injected` is what --fault did, `fault_seed` None:
    it was not given.
    """

    topic: str
    run: str
    client: str
    acknowledged: bool
    start: float
    seconds: float
    target_rate: float | None
    offered: Offered
    deliveries: Deliveries
    empty_lines: int | None = None
    stamp: str = "none"
    ledger: str | None = None
    bound: "BoundReport | None" = None
    epoch: float = 0.0
    stages: tuple[StageReport, ...] = ()
    shard: str | None = None
    transactions: TransactionPlan | None = None
    seed: int = 0
    injected: tuple[InjectedKill, ...] = ()
    fault_seed: int | None = None

    @property
    def achieved_rate(self) -> float | None:
        """Paced: between the first and the last send; else acknowledged until the last acknowledgement."""
        offered, ends = self.offered, self.deliveries.last_at
        if self.target_rate is not None:
            if offered.first_at is None or offered.last_at is None or offered.last_at <= offered.first_at:
                return None
            return (offered.count - 1) / (offered.last_at - offered.first_at)
        return None if ends is None or ends <= self.start else self.deliveries.acked / (ends - self.start)
