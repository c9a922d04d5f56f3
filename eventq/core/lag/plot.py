"""What a plot of a recording draws: for each group its figures over time, and its hottest partitions."""

from array import array
from dataclasses import dataclass, field
from math import isnan, nan
from typing import TypeAlias

from eventq.core.kafka import TopicPartition
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag
from eventq.core.lag.trend import Trend

HOTTEST = 4

Column: TypeAlias = "array[float]"


@dataclass(slots=True)
class GroupChart:
    """Columns of equal length; nan where a figure is unknown, so that a line breaks there. `times` in s."""

    group: str
    times: Column = field(default_factory=lambda: array("d"))
    lag: Column = field(default_factory=lambda: array("d"))
    arrival: Column = field(default_factory=lambda: array("d"))
    consume: Column = field(default_factory=lambda: array("d"))
    time_lag: Column = field(default_factory=lambda: array("d"))
    partitions: dict[TopicPartition, Column] = field(default_factory=dict)
    last: GroupLag | None = None
    trend: Trend = field(default_factory=Trend)

    @property
    def deepest(self) -> float:
        return _peak(self.lag)

    @property
    def hottest(self) -> list[tuple[TopicPartition, Column]]:
        """The partitions that had the most lag, most first; none that never had any."""
        rows = sorted(self.partitions.items(), key=lambda row: (-_peak(row[1]), row[0]))
        return [row for row in rows[:HOTTEST] if _peak(row[1]) > 0]

    def add(self, sample: Sample, group: GroupLag) -> None:
        trend = sample.trend(group).total
        self.last, self.trend = group, trend
        rates = trend.rates
        time_lag = sample.group_time_lag(group).seconds
        self._row(sample.snapshot.at, group.lag, rates.arrival, rates.consume, time_lag)
        for part in group.counted:
            column = self.partitions.setdefault(part.key, array("d"))
            column.extend([nan] * (len(self.times) - 1 - len(column)))
            column.append(_number(part.lag))

    def add_gap(self, at: float) -> None:
        self._row(at, None, None, None, None)

    def close(self) -> None:
        for column in self.partitions.values():
            column.extend([nan] * (len(self.times) - len(column)))

    def _row(self, at: float, *figures: float | None) -> None:
        self.times.append(at)
        columns = (self.lag, self.arrival, self.consume, self.time_lag)
        for column, figure in zip(columns, figures, strict=True):
            column.append(_number(figure))


class Charts:
    """Fills the charts sample by sample, so that a long recording need not be held as documents."""

    def __init__(self, groups: tuple[str, ...] = ()) -> None:
        self._wanted = groups
        self._charts: dict[str, GroupChart] = {}

    def add(self, sample: Sample) -> None:
        here = {} if sample.stale else {group.group: group for group in sample.snapshot.groups}
        for name, group in here.items():
            if not self._wanted or name in self._wanted:
                self._charts.setdefault(name, GroupChart(name)).add(sample, group)
        for name, chart in self._charts.items():
            if name not in here:
                chart.add_gap(sample.snapshot.at)

    def deepest_first(self) -> list[GroupChart]:
        for chart in self._charts.values():
            chart.close()
        return sorted(self._charts.values(), key=lambda chart: (-chart.deepest, chart.group))


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


def _peak(values: Column) -> float:
    return max((value for value in values if not isnan(value)), default=0.0)
