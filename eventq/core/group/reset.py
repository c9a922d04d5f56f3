"""Where a group's commits are to be moved, and what that means for each partition.

    change = target - committed     below 0: records read again; above 0: records skipped unread
    lag    = end - target           what the group has to read afterwards

Every target lies in the log: what lies outside is moved to its nearest end, and the row's note says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from eventq.core import safe_text
from eventq.core.errors import EventqError, NotFound
from eventq.core.group.groups import occupied
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import MemberDescription, Reads
from eventq.core.start import Start, StartKind, place


@dataclass(frozen=True, slots=True)
class Shift:
    """Forward (or back, below 0) from the committed offset."""

    by: int


Target = Start | Shift
Choice = Mapping[str, frozenset[int] | None]
"""Topics with the partitions that are meant, None for all of them."""


@dataclass(frozen=True, slots=True)
class ResetOrder:
    """What was asked: one `target` for all, or what was `saved` (None: there was no commit). `choice` may be
    empty: all that the group has commits for, or all that was saved.
    """

    group: str
    choice: Choice
    target: Target | None = None
    saved: Mapping[TopicPartition, int | None] | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted(self.choice or {key.topic for key in self.saved or ()}))


class Action(str, Enum):
    SET = "set"
    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class ResetRow:
    """One partition; `target` is None unless the action is to set it."""

    key: TopicPartition
    bounds: Bounds
    committed: int | None
    action: Action = Action.KEEP
    target: int | None = None
    note: str | None = None
    error: str | None = None

    @property
    def change(self) -> int | None:
        return None if self.target is None or self.committed is None else self.target - self.committed

    @property
    def lag(self) -> int | None:
        return None if self.target is None or self.bounds.end is None else self.bounds.end - self.target


@dataclass(frozen=True, slots=True)
class ResetPlan:
    """`refusal`: why it must not be carried out now, such as live members."""

    group: str
    state: str
    members: tuple[MemberDescription, ...] | None
    rows: tuple[ResetRow, ...]
    refusal: EventqError | None = None
    executed: bool = False

    @property
    def failures(self) -> list[EventqError]:
        return [
            EventqError(f"{row.key.topic}:{row.key.partition}: {row.error}") for row in self.rows if row.error
        ]


def keys_of(order: ResetOrder, reads: Reads) -> list[TopicPartition]:
    """The partitions meant; NotFound for one that is named and not there."""
    if order.saved is not None:
        committed = {key for group in reads.groups for key in group.commits.offsets}
        return sorted(key for key in order.saved.keys() | committed if _chosen(key, order.choice))
    for name, partitions in order.choice.items():
        topic = reads.topics[name]
        if topic.error is not None:
            raise EventqError(f"topic {name} can't be read: {topic.error}")
        missing = sorted((partitions or frozenset()) - topic.leaders.keys())
        if missing:
            raise NotFound(f"topic {name} has no partition {missing[0]}")
    found = [key for group in reads.groups for key in reads.partitions_of(group)]
    if not found:
        raise EventqError(
            f"group {safe_text.name(order.group)} has no commits that could be moved",
            hint="name topics with --topic",
        )
    return [key for key in found if _chosen(key, order.choice)]


def _chosen(key: TopicPartition, choice: Choice) -> bool:
    if not choice:
        return True
    partitions = choice.get(key.topic, frozenset())
    return partitions is None or key.partition in partitions


def plan(order: ResetOrder, reads: Reads, times: Mapping[TopicPartition, int]) -> ResetPlan:
    """`times` has the first offset of the target time or later, where there is one."""
    group = next(iter(reads.groups))
    if group.type == "share":
        raise EventqError(
            f"group {safe_text.name(group.group)} is a share group: it has no commits that could be moved",
            hint="kafka-share-groups.sh --reset-offsets moves its start offset",
        )
    if group.commits.error is not None:
        raise EventqError(
            f"the commits of group {safe_text.name(group.group)} can't be read: {group.commits.error}"
        )
    rows = [
        _row(order, key, group.commits.offsets.get(key), reads.bounds.get(key, Bounds(gone=True)), times)
        for key in keys_of(order, reads)
    ]
    state = group.description.state or group.state
    return ResetPlan(group.group, state, group.description.members, tuple(rows), occupied(group))


def _row(
    order: ResetOrder,
    key: TopicPartition,
    committed: int | None,
    bounds: Bounds,
    times: Mapping[TopicPartition, int],
) -> ResetRow:
    row = ResetRow(key, bounds, committed)
    if order.saved is not None and key not in order.saved:
        return replace(row, note="not in the saved file: left as it is")
    if bounds.log_start is None or bounds.end is None:
        return replace(row, error=bounds.error or "the topic or partition no longer exists")
    aim = order.target
    if order.saved is not None:
        saved = order.saved[key]
        if saved is None:
            return _removed(row)
        aim = Start(StartKind.OFFSET, saved)
    if isinstance(aim, Shift):
        if committed is None:
            return replace(row, note="no commit to count from: unchanged")
        aim = Start(StartKind.OFFSET, committed + aim.by)
    return _placed(row, aim or Start(), bounds.log_start, bounds.end, times.get(key))


def _removed(row: ResetRow) -> ResetRow:
    if row.committed is None:
        return replace(row, note="had no commit and has none")
    return replace(row, action=Action.REMOVE, note="had no commit: it is removed")


def _placed(row: ResetRow, start: Start, log_start: int, end: int, at_time: int | None) -> ResetRow:
    target = place(start, log_start, end, at_time)
    note = None
    if start.kind is StartKind.OFFSET and start.value < target:
        note = f"{start.value} lies below the log start {log_start}: moved there"
    elif start.kind is StartKind.OFFSET and start.value > target:
        note = f"{start.value} lies beyond the end {end}: moved there"
    elif start.kind is StartKind.TIME and at_time is None:
        note = "no record at that time or later: moved to the end"
    return replace(row, action=Action.SET, target=target, note=note)
