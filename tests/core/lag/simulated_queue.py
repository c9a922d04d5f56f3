"""A queue whose truth is known: one partition, its producer and its consumer, sampled into a window."""

from dataclasses import dataclass, field

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Snapshot, Status, partition_lag
from eventq.core.lag.trend import GroupTrend, Trend, trends
from eventq.core.lag.window import Window


@dataclass
class Queue:
    """`member` is its owner's id; None: the group has no members."""

    window: Window = field(default_factory=lambda: Window(10.0))
    key: TopicPartition = field(default_factory=lambda: TopicPartition("orders", 0))
    now: float = 1000.0
    start: int = 0
    end: int = 0
    committed: int | None = 0
    member: str | None = "m-1"
    recreated: bool = False
    gone: bool = False
    group: GroupTrend = field(default_factory=GroupTrend)

    def part(self) -> PartitionLag:
        bounds = Bounds(error="away") if self.gone else Bounds(self.start, self.end)
        part = partition_lag(self.key, self.committed, bounds, Assume.EARLIEST, recreated=self.recreated)
        owner = None if self.member is None else MemberDescription(self.member, "c", "h", (), (self.key,))
        return PartitionLag(**{**{n: getattr(part, n) for n in PartitionLag.__slots__}, "member": owner})

    def sample(self, *others: PartitionLag) -> Trend:
        count = 0 if self.member is None else 1
        group = GroupLag("g", "Stable" if count else "Empty", "classic", None, count, (self.part(), *others))
        snapshot = Snapshot(self.now, (group,))
        self.window.add(self.now, snapshot)
        self.group = trends(snapshot, self.window)["g"]
        return self.group.partitions[self.key]

    def step(self, seconds: float = 1.0, arrive: int = 0, consume: int = 0) -> Trend:
        """Time passes, records arrive and are consumed (never beyond the end), a sample is taken."""
        self.now += seconds
        self.end += arrive
        if consume:
            self.committed = min((self.committed or 0) + consume, self.end)
        return self.sample()

    def run(self, steps: int, arrive: int = 0, consume: int = 0, seconds: float = 1.0) -> Trend:
        found = Trend()
        for _ in range(steps):
            found = self.step(seconds, arrive, consume)
        return found


def other(partition: int, lag: int | None) -> PartitionLag:
    """Another partition of the group, as given."""
    status = Status.ERROR if lag is None else Status.OK
    return PartitionLag(
        "orders", partition, status, 0, 0, lag, lag=lag, error=None if lag is not None else "x"
    )
