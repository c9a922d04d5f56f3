"""One look at the lag of groups: what was read, what follows from it and from the looks before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eventq.core.kafka import TopicPartition
from eventq.core.lag.advice import Advice
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot
from eventq.core.lag.time_lag import TimeLag, oldest
from eventq.core.lag.trend import GroupTrend

_NONE_OLD, _UNKNOWN = TimeLag(0.0), TimeLag()


@dataclass(frozen=True, slots=True)
class Sample:
    """`error`: nothing could be read now, `snapshot` is the last one that could be, the rest is unknown."""

    snapshot: Snapshot
    trends: Mapping[str, GroupTrend] = field(default_factory=dict)
    time_lags: Mapping[tuple[str, TopicPartition], TimeLag] = field(default_factory=dict)
    error: str | None = None
    advice: Mapping[str, Advice] = field(default_factory=dict)

    @property
    def stale(self) -> bool:
        return self.error is not None

    def trend(self, group: GroupLag) -> GroupTrend:
        return self.trends.get(group.group, GroupTrend())

    def time_lag(self, group: GroupLag, part: PartitionLag) -> TimeLag:
        """0 wherever lag is 0, asked or not."""
        return self.time_lags.get((group.group, part.key), _NONE_OLD if part.lag == 0 else _UNKNOWN)

    def group_time_lag(self, group: GroupLag) -> TimeLag:
        if group.error is not None:
            return TimeLag()
        return oldest(self.time_lag(group, part) for part in group.counted)
