"""How fast records arrive and are consumed, from two consecutive snapshots however far apart they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from eventq.core.lag import PartitionLag, Snapshot, Status
from eventq.core.lag_reads import TopicPartition


@dataclass(frozen=True, slots=True)
class Rates:
    """Per second; None where it can't be known: no sample before, a commit that went back, a new log."""

    arrival: float | None = None
    consume: float | None = None


@dataclass(frozen=True, slots=True)
class GroupRates:
    total: Rates = Rates()
    partitions: Mapping[TopicPartition, Rates] = field(default_factory=dict)


def rates(before: Snapshot | None, after: Snapshot, seconds: float) -> dict[str, GroupRates]:
    """Each group's rates over the `seconds` between the two samples (by a clock that never goes back)."""
    if before is None or seconds <= 0:
        return {}
    earlier = {group.group: {p.key: p for p in group.partitions} for group in before.groups}
    return {
        group.group: _group(earlier.get(group.group, {}), group.partitions, seconds) for group in after.groups
    }


def _group(
    before: Mapping[TopicPartition, PartitionLag], after: Iterable[PartitionLag], seconds: float
) -> GroupRates:
    found = {p.key: _partition(before[p.key], p, seconds) for p in after if p.key in before}
    return GroupRates(
        Rates(_sum(r.arrival for r in found.values()), _sum(r.consume for r in found.values())), found
    )


def _partition(before: PartitionLag, after: PartitionLag, seconds: float) -> Rates:
    if (before.status is Status.RECREATED) != (after.status is Status.RECREATED):
        return Rates()
    return Rates(_rate(before.end, after.end, seconds), _rate(before.committed, after.committed, seconds))


def _rate(before: int | None, after: int | None, seconds: float) -> float | None:
    """An offset that went back (a rewind, a truncated log) is no rate at all, least of all a negative one."""
    if before is None or after is None or after < before:
        return None
    return (after - before) / seconds


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
