"""When a wait for lag is over: what still holds it up, and what no waiting can mend.

    remainder = target - max(committed, log start)     the records still to be read, per partition
    target    = the end now; with pins the end that was pinned at the start

A partition without a commit counts as its group's consumers would see it (`assume`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import Range
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Status, trouble
from eventq.core.text import plural

Pins = Mapping[TopicPartition, int | None]
"""The ends to wait for; None where the end could not be read yet."""


@dataclass(frozen=True, slots=True)
class Goal:
    """`pins` None: the ends of the moment are waited for, however they grow."""

    max_lag: int = 0
    assume: Assume = Assume.EARLIEST
    pins: Pins | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A partition that holds the wait up; `lag` is its remainder, None when it is unknown."""

    topic: str
    partition: int
    committed: int | None
    target: int | None
    lag: int | None
    status: Status
    reason: str
    member: str | None = None
    remainder: Range | None = None

    @property
    def key(self) -> TopicPartition:
        return TopicPartition(self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class WaitState:
    """`lag` is None when a part of it is unknown; `reason` holds up the whole, `never` ends the wait."""

    exists: bool
    lag: int | None
    commits: Mapping[TopicPartition, int | None] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    reason: str | None = None
    never: str | None = None

    def meets(self, goal: Goal) -> bool:
        settled = self.reason is None and self.never is None
        return settled and self.lag is not None and self.lag <= goal.max_lag


def wait_state(group: GroupLag, goal: Goal, empty: Collection[Range] = ()) -> WaitState:
    """How far the group is from the goal; `empty` are ranges known to hold no readable record."""
    parts = _parts(group, goal)
    held = tuple(row for part in parts if (row := _held(part, goal, empty)) is not None)
    return WaitState(
        exists=exists(group),
        lag=_total(held) if parts and group.error is None else None,
        commits={part.key: part.committed for part in parts},
        held=tuple(sorted(held, key=lambda row: -(row.lag or 0))),
        reason=_reason(group, parts),
        never=next((text for part in parts if (text := trouble(part))), None),
    )


def exists(group: GroupLag) -> bool:
    """A group that was expected and is not there is dead and has no commits."""
    alive = group.state not in {"", "Dead"}
    return alive or group.error is not None or any(part.committed is not None for part in group.partitions)


def pinned(group: GroupLag, pins: Pins) -> Pins:
    """The partitions of the first sample that had any, each with the first end that could be read."""
    if not pins:
        return {part.key: part.end for part in group.counted}
    ends = {part.key: part.end for part in group.partitions}
    return {key: ends.get(key) if pin is None else pin for key, pin in pins.items()}


def _parts(group: GroupLag, goal: Goal) -> tuple[PartitionLag, ...]:
    """What counts: the partitions that exist, or those pinned whether they exist still or not."""
    if goal.pins is None:
        return group.counted
    there = {part.key: part for part in group.partitions}
    return tuple(there.get(key) or PartitionLag(*key, Status.NO_TOPIC) for key in goal.pins)


def _held(part: PartitionLag, goal: Goal, empty: Collection[Range]) -> Held | None:
    target = part.end if goal.pins is None else goal.pins[part.key]
    known = part.status not in {Status.NO_TOPIC, Status.ERROR}
    rest = _range(part, target, goal.assume) if known and target is not None else None
    lag = None if rest is None else rest.end - rest.start
    if lag == 0 or rest in empty:
        return None
    member = f"{part.member.client_id} {part.member.host}" if part.member else None
    reason = part.error or _why(part, target)
    return Held(*part.key, part.committed, target, lag, part.status, reason, member, rest)


def _range(part: PartitionLag, target: int, assume: Assume) -> Range:
    start = target if part.committed is None and assume is Assume.LATEST else part.committed or 0
    start = min(target, max(start, part.log_start or 0))
    return Range(part.topic, part.partition, start, target)


def _why(part: PartitionLag, target: int | None) -> str:
    if part.status is Status.NO_TOPIC:
        return "the topic or partition no longer exists"
    if target is None:
        return "its end could not be read yet"
    return f"no commit, target {target}" if part.committed is None else f"at {part.committed} of {target}"


def _total(held: Collection[Held]) -> int | None:
    lags = [row.lag for row in held]
    return None if None in lags else sum(lag or 0 for lag in lags)


def _reason(group: GroupLag, parts: Collection[PartitionLag]) -> str | None:
    if group.error is not None:
        return group.error
    if not exists(group):
        return "the group does not exist yet"
    if parts:
        return None
    if group.partitions:
        return f"{_names(group.partitions)}: the topic no longer exists"
    return "no partition of the group is known yet: no commit, no subscription, or no such topic"


def _names(parts: Collection[PartitionLag]) -> str:
    topics = sorted({part.topic for part in parts})
    return topics[0] if len(topics) == 1 else f"{topics[0]} and {plural(len(topics) - 1, 'more topic')}"
