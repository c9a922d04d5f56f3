"""What a consume run knows: of one member, of the group now (for a view), at its end (the report)."""

from dataclasses import dataclass, field
from typing import TypeAlias

from eventq.core.quantiles import Histogram

Offsets: TypeAlias = dict[int, int]
"""Partition: offset, of the one topic that a run consumes."""


@dataclass(frozen=True, slots=True)
class Reset:
    """A commit from which could not be started; `lost` records were deleted unread."""

    partition: int
    from_offset: int
    to_offset: int
    lost: int


MOST_MALFORMED_NAMED = 5
"""Of a run; the others are counted."""


@dataclass(frozen=True, slots=True)
class MalformedRecord:
    partition: int
    offset: int
    reason: str


@dataclass(slots=True)
class Tally:
    """What was counted; additive, so that members and their restarts can be summed."""

    received: int = 0
    processed: int = 0
    malformed: int = 0
    first_at: float | None = None
    last_at: float | None = None
    latency: Histogram = field(default_factory=Histogram)

    def add(self, other: "Tally") -> None:
        self.received += other.received
        self.processed += other.processed
        self.malformed += other.malformed
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
    """A member as a live view shows it; `last` is the (partition, offset) it handled last."""

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
class MemberReport:
    """A member of the group: its counts over all its restarts; `exit` is a code or a signal's name."""

    number: int
    pid: int | None
    partitions: tuple[int, ...]
    restarts: int
    exit: str | int | None
    tally: Tally
    rebalances: int
    resets: tuple[Reset, ...]
    skipped_at_start: int


@dataclass(frozen=True, slots=True)
class ConsumeReport:
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
