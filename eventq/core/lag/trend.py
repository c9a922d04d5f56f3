"""Where lag is going: rates over a window, the time until it is over, the verdict, for partitions and groups.

A rate is the slope of the least-squares line through (time, offset). Samples need not be evenly apart. One
that is off, and the steps in which a group commits, weigh at most about 6/n of what they weigh in
(last - first) / seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from eventq.core.kafka import TopicPartition
from eventq.core.lag import eta as etas
from eventq.core.lag.eta import Eta
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot
from eventq.core.lag.verdict import Judgement, judge, worst
from eventq.core.lag.window import Track, Window

_PARTITIONS_AT_ONCE = 5000
"""Partitions whose trend is found in one sample: some 12 microseconds each."""


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


_NO_RATES, _NO_TREND = Rates(), Trend()


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

    Beyond `_PARTITIONS_AT_ONCE` the groups take turns, oldest trend first; the others keep those of `last`.
    """
    groups = {group.group: group for group in snapshot.groups}
    waiting = {name: trend for name, trend in last.items() if name in groups}
    due = [group for name, group in groups.items() if name not in waiting]
    room = _PARTITIONS_AT_ONCE - sum(len(group.partitions) for group in due)
    for name in list(waiting):
        if room <= 0:
            break
        del waiting[name]
        due.append(groups[name])
        room -= len(groups[name].partitions)
    return {**waiting, **{group.group: _group(group, window) for group in due}}


def partition_trend(track: Track, seconds: float) -> Trend:
    """Of one partition over a window of `seconds`; where nothing was ever committed nothing was consumed."""
    points = track.points
    judgement = judge(points, seconds)
    if len(points) <= 1:  # all of a snapshot
        lag = points[0].lag if points else None
        return Trend(_NO_RATES, etas.eta(lag, None, None, full=False), judgement)
    now, first = points[-1], points[0]
    arrival = track.end.slope if track.end else None
    since, consume = (track.consume.first, track.consume.slope) if track.consume else (first.at, None)
    if now.committed is None and now.unmoved_since <= first.at < now.at:
        consume = 0.0
    slope = None if arrival is None or consume is None else arrival - consume
    left = etas.eta(now.lag, arrival, consume, full=now.at - since >= seconds)
    return Trend(Rates(arrival, consume, slope), left, judgement)


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
    hottest = max((part for part, _ in counted), key=lambda part: part.lag or 0, default=None)
    lags = tuple(lag for _, lag in window.totals(group.group))
    return GroupTrend(total, _skew(group), hottest.key if hottest and hottest.lag else None, lags, found)


def _partition(group: GroupLag, part: PartitionLag, window: Window) -> Trend:
    if part.lag is None:
        return Trend(judgement=Judgement(evidence=part.error))
    return partition_trend(window.track(group.group, part.key), window.seconds)


def _judge(group: GroupLag, counted: Iterable[tuple[PartitionLag, Trend]]) -> Judgement:
    if group.error is not None:
        return Judgement(evidence=group.error)
    return worst((part.key, part.lag or 0, trend.judgement) for part, trend in counted)


def _skew(group: GroupLag) -> float | None:
    total, deepest = group.lag, group.max_lag
    if not total or deepest is None:
        return None
    return deepest * len(group.counted) / total


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
