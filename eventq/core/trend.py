"""Where lag is going: rates over a window, the time until it is over, the verdict, for partitions and groups.

A rate is the slope of the least-squares line through (time, offset): sum((t - T)(y - Y)) / sum((t - T)^2),
T and Y the means (https://en.wikipedia.org/wiki/Simple_linear_regression). Samples need not be evenly apart.
One that is off, and the steps in which a group commits, weigh at most about 6/n of what they weigh in
(last - first) / seconds. It is linear in the offsets, so that lag slope = arrival rate - consume rate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import mul
from types import MappingProxyType

from eventq.core import eta as etas
from eventq.core.eta import Eta
from eventq.core.lag import GroupLag, PartitionLag, Snapshot
from eventq.core.lag_reads import TopicPartition
from eventq.core.verdict import Judgement, judge, worst
from eventq.core.window import Point, Window

_AT_ONCE = 1000
"""Partitions whose trend is found in one sample: some 50 microseconds each."""

Times = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Records per second; None where it can't be known: fewer than two samples, a commit that went back."""

    arrival: float | None = None
    consume: float | None = None
    lag_slope: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    rates: Rates = Rates()
    eta: Eta = field(default_factory=Eta)
    judgement: Judgement = field(default_factory=Judgement)


_NO_TREND = Trend()


@dataclass(frozen=True, slots=True)
class GroupTrend:
    """`skew`: maximum / mean of partition lag, 1 when even; None without lag or when a part is unknown.

    `hottest`: the partition with the most lag. `lags`: the group's known lag, sample by sample.
    """

    total: Trend = Trend()
    skew: float | None = None
    hottest: TopicPartition | None = None
    lags: tuple[int, ...] = ()
    partitions: Mapping[TopicPartition, Trend] = field(default_factory=dict)

    def of(self, part: PartitionLag) -> Trend:
        return self.partitions.get(part.key, _NO_TREND)


def trends(
    snapshot: Snapshot, window: Window, last: Mapping[str, GroupTrend] = MappingProxyType({})
) -> dict[str, GroupTrend]:
    """Of each group of `snapshot`, the last that `window` was given.

    Beyond `_AT_ONCE` partitions the groups take turns, oldest trend first; the others keep those of `last`.
    """
    groups = {group.group: group for group in snapshot.groups}
    waiting = {name: trend for name, trend in last.items() if name in groups}
    due = [group for name, group in groups.items() if name not in waiting]
    room = _AT_ONCE - sum(len(group.partitions) for group in due)
    for name in list(waiting):
        if room <= 0:
            break
        del waiting[name]
        due.append(groups[name])
        room -= len(groups[name].partitions)
    return {**waiting, **{group.group: _group(group, window) for group in due}}


def partition_trend(points: Sequence[Point], seconds: float) -> Trend:
    """Of the points of one partition within a window of `seconds`, oldest first."""
    if not points:
        return Trend(judgement=judge(points, seconds))
    times, commits, ends, lags, *_ = zip(*points, strict=True)
    arrival, _ = _rate(times, ends)
    consume, span = _consumed(times, commits)
    left = etas.eta(lags[-1], arrival, consume, full=span >= seconds)
    return Trend(Rates(arrival, consume, _slope(times, lags)), left, judge(points, seconds))


def _group(group: GroupLag, window: Window) -> GroupTrend:
    found = {p.key: _partition(group, p, window) for p in group.partitions}
    counted = [(part, found[part.key]) for part in group.counted]
    rates = [trend.rates for _, trend in counted]
    total = Trend(
        Rates(
            _sum(one.arrival for one in rates),
            _sum(one.consume for one in rates),
            _sum(one.lag_slope for one in rates),
        ),
        Eta() if group.error else etas.last(trend.eta for _, trend in counted),
        _judge(group, counted),
    )
    hottest = max(group.counted, key=lambda part: part.lag or 0, default=None)
    lags = tuple(lag for _, lag in window.totals(group.group))
    return GroupTrend(total, _skew(group), hottest.key if hottest and hottest.lag else None, lags, found)


def _partition(group: GroupLag, part: PartitionLag, window: Window) -> Trend:
    if part.lag is None:
        return Trend(judgement=Judgement(evidence=part.error))
    return partition_trend(window.points(group.group, part.key), window.seconds)


def _judge(group: GroupLag, counted: Iterable[tuple[PartitionLag, Trend]]) -> Judgement:
    if group.error is not None:
        return Judgement(evidence=group.error)
    return worst((part.key, part.lag or 0, trend.judgement) for part, trend in counted)


def _skew(group: GroupLag) -> float | None:
    if not group.lag or group.max_lag is None:
        return None
    return group.max_lag * len(group.counted) / group.lag


def _consumed(times: Times, commits: Sequence[int | None]) -> tuple[float | None, float]:
    """Where nothing was ever committed nothing was consumed."""
    if commits.count(None) == len(commits):
        span = times[-1] - times[0]
        return (0.0 if span > 0 else None), span
    return _rate(times, commits)


def _rate(times: Times, values: Sequence[int | None]) -> tuple[float | None, float]:
    """The slope since the offset last went back or came to be, and the seconds that it spans."""
    since = len(values)
    while since and values[since - 1] is not None:
        later = values[since] if since < len(values) else None
        if later is not None and later < (values[since - 1] or 0):
            break
        since -= 1
    times, rising = times[since:], [value or 0 for value in values[since:]]
    return _slope(times, rising), (times[-1] - times[0] if times else 0.0)


def _slope(times: Times, values: Sequence[int]) -> float | None:
    if len(times) < 2 or times[-1] <= times[0]:  # noqa: PLR2004 - a line takes two points
        return None
    base = values[0]
    if values.count(base) == len(values):
        return 0.0
    slope: float = sum(map(mul, _weights(times), [value - base for value in values]))
    return slope


@lru_cache(maxsize=64)
def _weights(times: tuple[float, ...]) -> tuple[float, ...]:
    """The slope is linear in the values; most partitions are sampled at the same times."""
    mean = sum(times) / len(times)
    spread = sum((time - mean) ** 2 for time in times)
    return tuple((time - mean) / spread for time in times)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
