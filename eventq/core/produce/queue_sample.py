"""A bounded queue as it is seen: samples of it, how it stands now, and how its bound fared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eventq.core.lag.snapshot import PartitionLag
from eventq.core.produce.deal import SettledEvents
from eventq.core.produce.queue_bound import QueueBound


@dataclass(frozen=True, slots=True)
class QueueSample:
    """The queue at one moment. `at` by the monotonic clock, when the ends were asked for.

    `settled` was known before that: those events are in the ends, or in no log. `members` None: not asked or
    not known. `age` in seconds is that of the oldest event not consumed. `error`: why the lag is not known.
    """

    at: float
    settled: SettledEvents
    parts: tuple[PartitionLag, ...] = ()
    members: int | None = None
    age: float | None = None
    error: str | None = None

    @property
    def lag(self) -> int | None:
        """Of all partitions; None as soon as one is unknown."""
        if self.error is not None or not self.parts or any(part.lag is None for part in self.parts):
            return None
        return sum(part.lag or 0 for part in self.parts)

    @property
    def end(self) -> int:
        return sum(part.end or 0 for part in self.parts)

    @property
    def consumed(self) -> Mapping[int, int]:
        """Where the group continues, by partition: its commit, or what it is assumed to begin at."""
        return {p.partition: p.end - p.lag for p in self.parts if p.end is not None and p.lag is not None}


@dataclass(slots=True)
class BoundReport:
    """How the bound fared. `max_lag_seen` by samples, None without any.

    `foreign`: at least so many events came from others. `broken_by`: what made the lag pass its bound.
    `commit_period` in seconds between two commits of a partition, None: not seen. `holds`: seconds in which
    events were due and nothing could be sent, by reason.
    """

    bound: QueueBound
    max_lag_seen: int | None = None
    max_partition_lag_seen: int | None = None
    foreign: int = 0
    broken_by: str | None = None
    commit_period: float | None = None
    holds: dict[str, float] = field(default_factory=dict)

    @property
    def held_seconds(self) -> float:
        return sum(self.holds.values())

    @property
    def ceiling(self) -> float | None:
        """At most so many events a second can pass: credit comes back only when a commit moves."""
        return self.bound.max_lag / self.commit_period if self.commit_period else None


@dataclass(frozen=True, slots=True)
class BoundNow:
    """The queue against its bound for a live line; `binds`: why nothing is sent, None: it is."""

    lag: int | None
    max_lag: int
    binds: str | None = None
