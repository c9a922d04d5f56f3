"""Reads the queue of a bounded run again and again, in a thread over a connection of its own.

The order makes the bound hold, see core/produce/credits.py: what is settled, the commits, the ends.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from threading import Event, Thread
from typing import Protocol

from typing_extensions import Self

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, Topic
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Snapshot, partition_lag
from eventq.core.produce.deal import SettledEvents
from eventq.core.produce.queue_bound import QueueBound
from eventq.core.produce.queue_sample import QueueSample
from eventq.loops.lag.time_lag import TimeLags

SAMPLE_SECONDS = 0.25
_REQUESTS_PER_SECOND = 8
_REFRESH_SECONDS = 5.0
_MEMBERS_SECONDS = 1.0
_CLOSE_SECONDS = 0.5
_NONE_SETTLED = SettledEvents(0, {})


class QueueReader(Protocol):
    """A failed part keeps its error, EventqError only when nothing answered."""

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]: ...

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]: ...

    def describe(self, groups: Sequence[ListedGroup]) -> Mapping[str, Description]: ...

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]: ...

    def ends(self, leaders: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int | Bounds]:
        """The high watermark of each, or its error."""
        ...


class QueueSource:
    """One connection's reads of one group in one topic. `time_lags` None: nobody asks for the age."""

    def __init__(
        self,
        reader: QueueReader,
        bound: QueueBound,
        topic: str,
        clock: Clock,
        time_lags: TimeLags | None = None,
    ) -> None:
        self._reader, self._bound, self._topic, self._clock = reader, bound, topic, clock
        self._time_lags = time_lags
        self._assume = Assume.LATEST if bound.from_end else Assume.EARLIEST
        self._leaders: Mapping[TopicPartition, int] = {}
        self._starts: Mapping[TopicPartition, Bounds] = {}
        self._refresh_at = self._members_at = 0.0
        self._listed = ListedGroup(bound.group, "", "")
        self._members: int | None = None
        self._consumed: Mapping[int, int] = {}

    @property
    def interval(self) -> float:
        """Seconds between two samples, so that large clusters are not asked too often."""
        return max(SAMPLE_SECONDS, (1 + len(set(self._leaders.values()))) / _REQUESTS_PER_SECOND)

    def sample(self, settled: Callable[[], SettledEvents]) -> QueueSample:
        """EventqError when nothing answers."""
        known = settled()
        at, epoch = self._clock.monotonic(), self._clock.now()
        commits = self._reader.committed([self._bound.group])[self._bound.group]
        if commits.error is not None:
            return QueueSample(at, known, error=f"the commits of {self._bound.group}: {commits.error}")
        if at >= self._refresh_at:
            failed = self._look_up()
            if failed is not None:
                return QueueSample(at, known, error=failed)
            self._refresh_at = at + _REFRESH_SECONDS
        parts = self._parts(commits.offsets)
        failed = next((p.error or p.status.value for p in parts if p.lag is None), None)
        if failed is not None:
            self._refresh_at = 0.0
            return QueueSample(at, known, error=f"{self._topic}: {failed}")
        found = QueueSample(at, known, parts)
        return QueueSample(at, known, parts, self._count(found), self._age(parts, at, epoch))

    def _look_up(self) -> str | None:
        """Where the partitions are led and begin; an error as text."""
        topic = self._reader.topics([self._topic]).get(self._topic)
        if topic is None or topic.error is not None:
            return f"topic {self._topic}: {'there is none' if topic is None else topic.error}"
        lost = [partition for partition, leader in topic.leaders.items() if leader is None]
        if lost:
            return f"{self._topic}:{lost[0]} has no leader"
        self._leaders = {
            TopicPartition(self._topic, partition): leader
            for partition, leader in topic.leaders.items()
            if leader is not None
        }
        self._starts = self._reader.bounds(self._leaders, Isolation.READ_UNCOMMITTED)
        return None

    def _parts(self, committed: Mapping[TopicPartition, int]) -> tuple[PartitionLag, ...]:
        ends = self._reader.ends(self._leaders)
        return tuple(
            partition_lag(key, committed.get(key), self._bounds(key, ends[key]), self._assume)
            for key in sorted(self._leaders)
        )

    def _bounds(self, key: TopicPartition, end: int | Bounds) -> Bounds:
        start = self._starts[key]
        return end if isinstance(end, Bounds) else Bounds(start.log_start, end, error=start.error)

    def _count(self, sample: QueueSample) -> int | None:
        """The group's members, asked for only while its commits do not move."""
        if sample.consumed != self._consumed:
            first, self._consumed = not self._consumed, sample.consumed
            self._members_at = 0.0 if first else sample.at + _MEMBERS_SECONDS
            self._members = None
        if sample.at >= self._members_at:
            self._members_at = sample.at + _MEMBERS_SECONDS
            found = self._reader.describe([self._listed])[self._bound.group]
            self._listed = ListedGroup(self._bound.group, "", found.type or "")
            unknown = found.error is not None or (found.exists and found.members is None)
            self._members = None if unknown else len(found.members or ())
        return self._members

    def _age(self, parts: tuple[PartitionLag, ...], at: float, epoch: float) -> float | None:
        if self._time_lags is None:
            return None
        group = GroupLag(self._bound.group, "", "", None, None, parts)
        found = self._time_lags.of(Snapshot(epoch, (group,)), at, self._clock.now)
        return max((one.seconds for one in found.values() if one.seconds is not None), default=0.0)


Connect = Callable[[], AbstractContextManager[QueueSource]]
"""Makes a source with a connection of its own; EventqError where nobody answers."""


class QueueSampler:
    """Samples between its entry and its exit; `settled` says how many events' fate the run knows."""

    def __init__(self, connect: Connect, settled: Callable[[], SettledEvents], clock: Clock) -> None:
        self._connect, self._settled, self._clock = connect, settled, clock
        self.latest: QueueSample | None = None
        self.interval = SAMPLE_SECONDS
        self._first, self._over = Event(), Event()
        self._thread = Thread(target=self.run, args=(self._over.wait,), name="queue-sampler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """A read that hangs is not waited for."""
        self._over.set()
        self._thread.join(_CLOSE_SECONDS)

    def wait_first(self, seconds: float) -> bool:
        """Until there is a sample, of whatever kind; False if there was none in time."""
        return self._first.wait(seconds)

    def run(self, pause: Callable[[float], bool]) -> None:
        """What the thread does, until `pause`, which waits some seconds, says True."""
        with ExitStack() as stack:
            source: QueueSource | None = None
            due = self._clock.monotonic()
            while True:
                begun = self._clock.monotonic()
                try:
                    source = source or stack.enter_context(self._connect())
                    self.latest = source.sample(self._settled)
                    self.interval = source.interval
                except EventqError as error:
                    self.latest = QueueSample(begun, _NONE_SETTLED, error=str(error))
                self._first.set()
                due = max(due + self.interval, self._clock.monotonic())
                if pause(max(0.0, due - self._clock.monotonic())):
                    return
