"""A reset of a group's commits: first the plan, then perhaps its execution."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import together
from eventq.core.group.reset import Action, ResetOrder, ResetPlan, ResetRow, keys_of, plan
from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import Reads
from eventq.core.start import Start, StartKind
from eventq.loops.lag.snapshot import LagReader, Question, read


class GroupOffsetsAdmin(Protocol):
    """What a reset needs beyond the reads of lag; EventqError when nothing answered."""

    def offsets_at(self, keys: Iterable[TopicPartition], millis: int) -> Mapping[TopicPartition, int]:
        """The first offset of that time or later, where there is one."""
        ...

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, str]:
        """Commits these as the group's next offsets. Returns why, for each partition where it failed."""
        ...

    def remove_offsets(self, group: str, keys: Iterable[TopicPartition]) -> Mapping[TopicPartition, str]:
        """Returns why, for each partition whose commit is still there."""
        ...


def plan_reset(reader: LagReader, admin: GroupOffsetsAdmin, order: ResetOrder, clock: Clock) -> ResetPlan:
    """NotFound without a topic that was named, or without the group; what was saved may bring one back."""
    question = Question((order.group,), order.topics, expected=order.saved is not None)
    reads = read(reader, question, clock)
    return plan(order, reads, _times(admin, order, reads))


def _times(admin: GroupOffsetsAdmin, order: ResetOrder, reads: Reads) -> Mapping[TopicPartition, int]:
    if not isinstance(order.target, Start) or order.target.kind is not StartKind.TIME:
        return {}
    known = [key for key in keys_of(order, reads) if reads.bounds[key].end is not None]
    return admin.offsets_at(known, order.target.value) if known else {}


def execute_reset(admin: GroupOffsetsAdmin, planned: ResetPlan) -> ResetPlan:
    """The plan with what became of each partition; nothing is done while any part of it can't be."""
    if planned.refusal is not None:
        raise planned.refusal
    if planned.failures:
        raise together(planned.failures, len(planned.rows))
    targets = {row.key: row.target for row in planned.rows if row.target is not None}
    removed = [row.key for row in planned.rows if row.action is Action.REMOVE]
    failed = {**admin.set_offsets(planned.group, targets), **admin.remove_offsets(planned.group, removed)}
    return replace(planned, rows=tuple(_told(row, failed) for row in planned.rows), executed=True)


def _told(row: ResetRow, failed: Mapping[TopicPartition, str]) -> ResetRow:
    return replace(row, error=failed.get(row.key))
