"""What an advice on a group says, as values: how many members it needs, or why members do not help."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.kafka import TopicPartition

UTILISATION = 0.8
"""How much of its capacity a member is to be used: above it what waits grows out of proportion."""


class Helps(str, Enum):
    MEMBERS = "members"
    PARTITIONS = "partitions"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Target:
    """A total lag to be reached within so many seconds."""

    lag: int
    within: float


@dataclass(frozen=True, slots=True)
class KeyShare:
    """A record's key (None: records without one) and its share of the records looked at, 0 to 1."""

    key: bytes | None
    share: float


@dataclass(frozen=True, slots=True)
class Hot:
    """The partition that gets more than a member can keep up with; `share`: of all that arrives.

    `keys`: the most frequent of its last records, () where they could not be read.
    """

    topic: str
    partition: int
    share: float | None
    keys: tuple[KeyShare, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.topic}:{self.partition}"


@dataclass(frozen=True, slots=True)
class Advice:
    """Rates in events per second; None where a figure can't be known, and `evidence` says why.

    `evidence`: the answer in a sentence, then what it rests on, a sentence each. `floor`: the lag that a
    group which keeps up shows all the same, because it commits from time to time.
    """

    capacity: float | None = None
    capacity_at_least: float | None = None
    arrival: float | None = None
    keep_up: int | None = None
    drain: int | None = None
    useful: tuple[int, ...] = ()
    helps: Helps | None = None
    hot: Hot | None = None
    speed_up_needed: float | None = None
    data_dies_not_before_seconds: float | None = None
    floor: int | None = None
    evidence: tuple[str, ...] = ()

    @property
    def answer(self) -> str:
        return self.evidence[0] if self.evidence else ""

    @property
    def members(self) -> int | None:
        """Those that keep up, and reach the target in time if there is one."""
        return None if self.keep_up is None else max(self.keep_up, self.drain or 0)


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """How long the unread records of a partition are kept at least; `seconds` None: for ever, or not known.

    `unknown` says why it is not known; `why` what limits it.
    """

    key: TopicPartition
    seconds: float | None = None
    why: str | None = None
    unknown: str | None = None
