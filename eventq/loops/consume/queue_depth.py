"""The group's lag in its topic, read by a thread over a connection of its own: no loop ever waits for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

from typing_extensions import Self

from eventq.core.clock import Clock
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Topic
from eventq.core.lag.snapshot import Assume, partition_lag

_INTERVAL_SECONDS = 1.0
_STALE_SECONDS = 5.0
_CLOSE_SECONDS = 0.5


class DepthReader(Protocol):
    """A failed part keeps its error, EventqError only when nothing answered."""

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]: ...

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        """Those that exist; never creates one."""
        ...

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        """The log's offsets of each partition, asked of the broker (by its id) that leads it."""
        ...


Connect = Callable[[], AbstractContextManager[DepthReader]]
"""Makes a connection of its own; EventqError where nobody answers."""


@dataclass(frozen=True, slots=True)
class GroupAndTopic:
    """`assume` is where the group starts in a partition without a commit, None where that can't be told."""

    group: str
    topic: str
    isolation: Isolation
    assume: Assume | None


def queue_depth(reader: DepthReader, of: GroupAndTopic) -> int | None:
    """The group's lag over all partitions, commits read before ends; None if a part of it is unknown."""
    commits = reader.committed([of.group])[of.group]
    topic = reader.topics([of.topic]).get(of.topic)
    if commits.error is not None or topic is None or topic.error is not None:
        return None
    keys = {TopicPartition(of.topic, partition): leader for partition, leader in topic.leaders.items()}
    bounds = reader.bounds({key: node for key, node in keys.items() if node is not None}, of.isolation)
    depth = 0
    for key in keys:
        lag = _lag(key, commits.offsets.get(key), bounds.get(key, Bounds()), of.assume)
        if lag is None:
            return None
        depth += lag
    return depth


def _lag(key: TopicPartition, committed: int | None, bounds: Bounds, assume: Assume | None) -> int | None:
    if committed is None and assume is None:
        return None
    return partition_lag(key, committed, bounds, assume or Assume.EARLIEST).lag


class UnknownQueueDepth:
    """Where nobody looks at it."""

    def latest(self) -> int | None:
        return None


class BackgroundQueueDepth:
    """Serves QueueDepth between its entry and its exit; asks about once a second, first after a second."""

    def __init__(self, connect: Connect, of: GroupAndTopic, clock: Clock) -> None:
        self._connect, self._of, self._clock = connect, of, clock
        self._latest: tuple[float, int | None] = (0.0, None)
        self._over = Event()
        self._thread = Thread(target=self.run, args=(self._over.wait,), name="queue-depth", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """A read that hangs is not waited for."""
        self._over.set()
        self._thread.join(_CLOSE_SECONDS)

    def latest(self) -> int | None:
        """None also when no read has ended for some seconds."""
        at, depth = self._latest
        return depth if self._clock.monotonic() - at < _STALE_SECONDS else None

    def run(self, pause: Callable[[float], bool]) -> None:
        """What the thread does, until `pause`, which waits some seconds, says True."""
        with ExitStack() as stack:
            reader: DepthReader | None = None
            while not pause(_INTERVAL_SECONDS):
                try:
                    reader = reader or stack.enter_context(self._connect())
                    depth = queue_depth(reader, self._of)
                except Exception:
                    depth = (
                        None  # whatever keeps it from being read keeps no member from its work; asked again
                    )
                self._latest = (self._clock.monotonic(), depth)
