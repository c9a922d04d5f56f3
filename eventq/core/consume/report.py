"""What a consume run knows: of one member, of the group now (for a view), at its end (the report)."""

from dataclasses import dataclass, field
from typing import TypeAlias

from eventq.core.consume.on_malformed import SKIPPED, OnMalformed
from eventq.core.quantiles import Histogram

Offsets: TypeAlias = dict[int, int]
"""Partition: offset, of the one topic that a run consumes."""


@dataclass(frozen=True, slots=True)
class Reset:
    """A remembered offset that the log does not have: reading goes on at `to_offset`, the log start.

    `lost` counts the offsets deleted unread; 0 where `from_offset` lay beyond the end.
    """

    partition: int
    from_offset: int
    to_offset: int
    lost: int


MOST_MALFORMED_NAMED = 5
"""Of a run; the others are counted."""


@dataclass(frozen=True, slots=True)
class MalformedRecord:
    """`reason` is text for a user: what is wrong with the value."""

    partition: int
    offset: int
    reason: str


@dataclass(slots=True)
class Tally:
    """What was counted; additive, so that members and their restarts can be summed.

    `received`, `processed` and `malformed` are records; malformed ones are among those processed. `first_at`
    and `last_at` are seconds since the epoch, None before the first record. `latency` has the records' ages
    when they had been processed, in milliseconds. `at_risk` is the most records that were ever committed and
    not processed yet: so many a crash can lose under at most once.
    """

    received: int = 0
    processed: int = 0
    malformed: int = 0
    at_risk: int = 0
    first_at: float | None = None
    last_at: float | None = None
    latency: Histogram = field(default_factory=Histogram)

    def add(self, other: "Tally") -> None:
        self.received += other.received
        self.processed += other.processed
        self.malformed += other.malformed
        self.at_risk = max(self.at_risk, other.at_risk)
        firsts = [at for at in (self.first_at, other.first_at) if at is not None]
        lasts = [at for at in (self.last_at, other.last_at) if at is not None]
        self.first_at, self.last_at = min(firsts, default=None), max(lasts, default=None)
        self.latency.merge(other.latency)

    @property
    def rate(self) -> float | None:
        """Processed per second between the first record and the last; None where that is no time."""
        if self.first_at is None or self.last_at is None or self.last_at <= self.first_at:
            return None
        return self.processed / (self.last_at - self.first_at)


@dataclass(frozen=True, slots=True)
class MemberNow:
    """A member as a live view shows it; `last` is the (partition, offset) it handled last.

    `received` counts records over all its restarts, `rate` is records processed a second, None before it is
    known. `lag` is in records, None until the ends of all its partitions are known.
    """

    number: int
    pid: int | None
    state: str
    partitions: tuple[int, ...]
    received: int
    rate: float | None
    last: tuple[int, int] | None
    lag: int | None


@dataclass(frozen=True, slots=True)
class GroupNow:
    """The group as a live view shows it, over all members and their restarts.

    `seconds` since the run's start; `received`, `processed`, `malformed` in records, `rate` records processed
    a second, None while no member has one. `rebalances` counts generations of the group. `lag` is the group's
    in the whole topic, in records, as the brokers have it, None while unknown. `goal` is text, empty without
    one.
    """

    topic: str
    group: str
    seconds: float
    members: tuple[MemberNow, ...]
    received: int
    processed: int
    malformed: int
    rate: float | None
    rebalances: int
    lag: int | None
    goal: str


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault on purpose, `seconds` after the start: `what` was done to `member`, or by it.

    `what` is kill, pause or, as it is asked for, a crash point such as crash-point:mid-batch.

    `processed` counts the records that the group had processed then.
    """

    what: str
    member: int
    seconds: float
    processed: int


@dataclass(frozen=True, slots=True)
class MemberReport:
    """A member of the group: its counts over all its restarts.

    `pid` and `partitions` are the last it had; `exit` is a code or a signal's name, None before an end.
    `skipped_at_start` counts the offsets of retained records before its starts at the end.
    `aborted_events` were processed in transactions that were aborted, and came again.
    """

    number: int
    pid: int | None
    partitions: tuple[int, ...]
    restarts: int
    exit: str | int | None
    tally: Tally
    rebalances: int
    resets: tuple[Reset, ...]
    skipped_at_start: int
    aborted_transactions: int = 0
    aborted_events: int = 0


@dataclass(frozen=True, slots=True)
class ConsumeReport:
    """A run at its end, over all members; `tally` is the sum of theirs.

    `seconds` since the run's start. `rebalances` counts generations of the group. `committed` is what the
    group has committed by partition, whoever did it; a partition without a commit is left out. `malformed`
    has the first few of them, and the tally their number; where `on_malformed` keeps them, all of those are
    dead letters. `delivery` is what was promised, `sink` where the effects went, None if they were only
    simulated. `injected` are the faults that --fault made, `fault_seed` chose them, None without --fault.
    `transactional`: copies and commits were one transaction.
    """

    topic: str
    group: str
    client: str
    seconds: float
    tally: Tally
    skipped_at_start: int
    resets: tuple[Reset, ...]
    rebalances: int
    members: tuple[MemberReport, ...]
    committed: Offsets
    malformed: tuple[MalformedRecord, ...]
    delivery: str = "at-least-once"
    sink: str | None = None
    on_malformed: OnMalformed = SKIPPED
    injected: tuple[Injected, ...] = ()
    fault_seed: int | None = None
    transactional: bool = False
