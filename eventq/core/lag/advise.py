"""The advice on what was measured: the fewest members that keep up, or that reach a lag in time.

    keep_up = the least m for which every member's arrivals <= 0.8 * capacity
    drain   = the least m for which every member's lag + within * arrivals - its share of the target
              <= within * capacity

Numbers of members that leave one with as many partitions as a smaller number does are never advised.
"""

from collections.abc import Sequence
from math import ceil

from eventq.core.kafka import TopicPartition
from eventq.core.lag import advice_words as words
from eventq.core.lag import assignors
from eventq.core.lag.advice import UTILISATION, Advice, Helps, Hot, KeyShare, RetentionClock, Target
from eventq.core.lag.measure import GroupMeasurement, PartitionRate

_UNEVEN = 2.0
"""Times the mean: a partition with more of records without a key gets them because its producer says so."""


def keep_up(arrivals: dict[TopicPartition, float], assignor: str, capacity: float) -> int | None:
    """The fewest members; None where no number is enough."""
    for members in assignors.useful(assignor, arrivals):
        if max(assignors.sums(assignor, arrivals, members)) <= UTILISATION * capacity:
            return members
    return None


def drain(
    arrivals: dict[TopicPartition, float],
    lags: dict[TopicPartition, int],
    assignor: str,
    capacity: float,
    target: Target,
) -> int | None:
    """The fewest members; None where no number is enough."""
    work = _work(arrivals, lags, target)
    for members in assignors.useful(assignor, arrivals):
        if max(assignors.sums(assignor, work, members)) <= capacity * target.within:
            return members
    return None


def hottest(measured: GroupMeasurement) -> PartitionRate | None:
    """The partition that gets more than a member can keep up with, by how much it is too much."""
    ratios = [(ratio, one) for one in measured.partitions if (ratio := _ratio(measured, one)) is not None]
    worst = max(ratios, key=lambda row: row[0], default=None)
    return worst[1] if worst is not None and worst[0] > 1 else None


def advise(
    measured: GroupMeasurement,
    target: Target | None = None,
    keys: Sequence[KeyShare] = (),
    clocks: Sequence[RetentionClock] = (),
) -> Advice:
    """`keys`: the most frequent ones of the hottest partition's last records, the most frequent first."""
    group, capacity = measured.group, measured.capacity
    assignor = group.assignor if assignors.is_known(group.assignor) else None
    one = hottest(measured)
    hot = None if one is None else _hot(measured, one, keys)
    arrivals = {part.key: part.arrival for part in measured.partitions if part.arrival is not None}
    lags = {part.key: part.lag or 0 for part in measured.partitions}
    whole = measured.arrival is not None and measured.group.error is None
    enough, in_time = None, None
    floor = _floor(measured)
    if capacity and assignor and whole and _alike(measured):
        enough = keep_up(arrivals, assignor, capacity)
        if target is not None and (floor is None or target.lag >= floor):
            in_time = drain(arrivals, lags, assignor, capacity, target)
    draft = Advice(
        capacity=capacity,
        capacity_at_least=measured.at_least if capacity is None else None,
        arrival=measured.arrival,
        keep_up=enough,
        drain=in_time,
        useful=assignors.useful(assignor, lags) if assignor and whole else (),
        helps=_helps(measured, one, keys, enough, in_time, target),
        hot=hot,
        speed_up_needed=_ratio(measured, one) if one else _too_slow(measured, target, enough, in_time),
        data_dies_not_before_seconds=_least(clocks),
        floor=floor,
    )
    return words.explained(draft, measured, target, clocks)


def _work(
    arrivals: dict[TopicPartition, float], lags: dict[TopicPartition, int], target: Target
) -> dict[TopicPartition, float]:
    share = target.lag / len(arrivals) if arrivals else 0.0
    return {key: lags[key] + target.within * rate - share for key, rate in arrivals.items()}


def _ratio(measured: GroupMeasurement, one: PartitionRate) -> float | None:
    """What arrives in the partition by what a member can keep up with."""
    limit = measured.limit(one)
    return None if not limit or one.arrival is None else one.arrival / (UTILISATION * limit)


def _hot(measured: GroupMeasurement, one: PartitionRate, keys: Sequence[KeyShare]) -> Hot:
    known = [part.arrival for part in measured.partitions if part.arrival is not None]
    share = one.arrival / total if one.arrival and (total := sum(known)) else None
    whole = len(known) == len(measured.partitions)
    return Hot(one.key.topic, one.key.partition, share if whole else None, tuple(keys))


def _alike(measured: GroupMeasurement) -> bool:
    """Whether all members read the same topics: else nothing says what one more would read."""
    return len({frozenset(one.member.topics) for one in measured.members}) <= 1


def _floor(measured: GroupMeasurement) -> int | None:
    if measured.arrival is None or measured.commit_period is None:
        return None
    return ceil(round(measured.arrival * measured.commit_period, 6))


def _least(clocks: Sequence[RetentionClock]) -> float | None:
    """None as soon as one is not known: that one may be the least."""
    if any(clock.unknown for clock in clocks):
        return None
    return min((clock.seconds for clock in clocks if clock.seconds is not None), default=None)


def _helps(
    measured: GroupMeasurement,
    hot: PartitionRate | None,
    keys: Sequence[KeyShare],
    enough: int | None,
    in_time: int | None,
    target: Target | None,
) -> Helps | None:
    if hot is not None:
        return _beyond_one_member(measured, hot, keys)
    if measured.capacity is None or not _can_be_said(measured):
        return None
    if enough is None:
        return Helps.PARTITIONS
    if target is not None and in_time is None:
        return Helps.NEITHER if _has(measured, enough) else Helps.MEMBERS
    return None if _has(measured, max(enough, in_time or 0)) else Helps.MEMBERS


def _can_be_said(measured: GroupMeasurement) -> bool:
    known = assignors.is_known(measured.group.assignor) and _alike(measured)
    return known and measured.arrival is not None and measured.group.error is None


def _has(measured: GroupMeasurement, members: int) -> bool:
    return (measured.group.member_count or 0) >= members


def _beyond_one_member(
    measured: GroupMeasurement, hot: PartitionRate, keys: Sequence[KeyShare]
) -> Helps | None:
    """More partitions share the load, unless it is that of one key, or its producer chose the partition."""
    limit, arrival = measured.limit(hot), hot.arrival
    if not keys or limit is None or arrival is None:
        return Helps.NEITHER
    keyed = [one.share for one in keys if one.key is not None]
    if keyed and max(keyed) * arrival > UTILISATION * limit:
        return Helps.NEITHER
    known = [part.arrival for part in measured.partitions if part.arrival is not None]
    mean = sum(known) / len(known)
    return Helps.NEITHER if keys[0].key is None and arrival > _UNEVEN * mean else Helps.PARTITIONS


def _too_slow(
    measured: GroupMeasurement, target: Target | None, enough: int | None, in_time: int | None
) -> float | None:
    """By how much a member would have to be faster where no number of them reaches the target in time."""
    floor = _floor(measured)
    if target is None or enough is None or in_time is not None or not measured.capacity:
        return None
    if target.within == 0 or (floor is not None and target.lag < floor):
        return None
    arrivals = {part.key: part.arrival or 0.0 for part in measured.partitions}
    lags = {part.key: part.lag or 0 for part in measured.partitions}
    return max(_work(arrivals, lags, target).values()) / (measured.capacity * target.within)
