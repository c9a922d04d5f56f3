"""Watches one group for a window, and asks what else an advice needs: retention, ages, the hot keys."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import TopicPartition
from eventq.core.lag.advice import Advice, KeyShare, RetentionClock, Target
from eventq.core.lag.advise import advise, hottest
from eventq.core.lag.known import KnownTopics
from eventq.core.lag.measure import GroupMeasurement, measure
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.retention import Retention, Unread, clock
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot
from eventq.core.lag.time_lag import unread
from eventq.core.lag.window import Track, Window
from eventq.loops.lag.snapshot import LagReader, Question, take
from eventq.loops.lag.time_lag import FirstRecordReader
from eventq.loops.lag.watch import Pace

KEYS_OF = 500
"""How many of a hot partition's last records are looked at for their keys."""
_CONFIG_SECONDS = 300.0
_UNLIMITED = Retention()


class RetentionFacts(Protocol):
    """What an advice needs of topics beside lag."""

    def retention(self, topics: Collection[str]) -> Mapping[str, Retention]:
        """Of each; what can't be read has its error."""
        ...

    def sizes(self, keys: Collection[TopicPartition]) -> Mapping[TopicPartition, int | str]:
        """Bytes of each partition's log at its leader, or why that can't be read."""
        ...


class LastKeys(Protocol):
    def top(self, key: TopicPartition, start: int, end: int) -> Sequence[KeyShare]:
        """The most frequent keys of the records from `start` to `end`; EventqError if they can't be read."""
        ...


@dataclass(frozen=True, slots=True)
class Advised:
    """`snapshot`: the last one. `now`: seconds since the epoch of it."""

    snapshot: Snapshot
    measured: GroupMeasurement
    advice: Advice
    clocks: tuple[RetentionClock, ...]


class Adviser:
    """Keeps what topics are configured to, so that a watch asks for it once in five minutes."""

    def __init__(
        self, facts: RetentionFacts, records: FirstRecordReader, keys: LastKeys, time: Clock
    ) -> None:
        self._facts, self._records, self._keys, self._time = facts, records, keys, time
        self._retention: dict[str, tuple[float, Retention]] = {}

    def advised(
        self, snapshot: Snapshot, group: GroupLag, window: Window, target: Target | None = None
    ) -> Advised:
        """What `window` says of a group of `snapshot`, the last that it was given."""
        measured = measure(group, window)
        clocks = self._clocks(snapshot, group, window)
        advice = advise(measured, target, self._hot_keys(group, measured), clocks)
        return Advised(snapshot, measured, advice, clocks)

    def advice(self, snapshot: Snapshot, group: GroupLag, window: Window) -> Advice:
        return self.advised(snapshot, group, window).advice

    def _hot_keys(self, group: GroupLag, measured: GroupMeasurement) -> Sequence[KeyShare]:
        hot = hottest(measured)
        part = next((part for part in group.partitions if hot and part.key == hot.key), None)
        if part is None or part.end is None or part.log_start is None:
            return ()
        try:
            return self._keys.top(part.key, max(part.log_start, part.end - KEYS_OF), part.end)
        except EventqError:
            return ()

    def _clocks(self, snapshot: Snapshot, group: GroupLag, window: Window) -> tuple[RetentionClock, ...]:
        behind = [part for part in group.counted if part.lag]
        retention = self._limits({part.key.topic for part in behind})
        tracks = {part.key: window.track(group.group, part.key) for part in behind}
        by_time = [part for part in behind if retention[part.topic].seconds is not None]
        by_bytes = [part.key for part in behind if retention[part.topic].bytes is not None]
        moved = {part.key: _moved(tracks[part.key]) for part in by_time}
        dates = self._dates([place for part in by_time for place in _places(part, moved[part.key])])
        sizes = self._facts.sizes(by_bytes) if by_bytes else {}
        return tuple(
            clock(
                part,
                retention[part.topic],
                _unread(part, snapshot.at, tracks[part.key], moved.get(part.key), dates, sizes.get(part.key)),
            )
            for part in behind
        )

    def _limits(self, topics: Collection[str]) -> dict[str, Retention]:
        now = self._time.monotonic()
        old = [name for name in sorted(topics) if not self._fresh(name, now)]
        if old:
            self._retention.update((name, (now, one)) for name, one in self._facts.retention(old).items())
        return {name: self._retention.get(name, (now, _UNLIMITED))[1] for name in topics}

    def _fresh(self, name: str, now: float) -> bool:
        kept = self._retention.get(name)
        return kept is not None and kept[1].error is None and now - kept[0] < _CONFIG_SECONDS

    def _dates(self, ranges: Sequence[Range]) -> dict[tuple[str, int, int], FirstRecord]:
        if not ranges:
            return {}
        try:
            found = self._records.find(set(ranges))
        except EventqError as error:
            return {rest.place: FirstRecord(error=str(error)) for rest in ranges}
        return {rest.place: first for rest, first in found.items()}


def observe(
    reader: LagReader, question: Question, time: Clock, pace: Pace, tell: Callable[[float], None]
) -> tuple[Snapshot, Window]:
    """Samples until they span the window; `tell` has the seconds still to go.

    NotFound when the group does not exist; EventqError when nothing could be read for a window's time.
    """
    window, known = Window(pace.window), KnownTopics()
    began: float | None = None
    answered = time.monotonic()
    last = Snapshot(time.now(), ())
    while True:
        due = time.monotonic() + pace.interval
        try:
            last = take(reader, question, time, known)
            answered = time.monotonic()
            at = answered - (time.now() - last.at)
            began = at if began is None else began
            window.add(at, last)
            if at - began >= pace.window:
                return last, window
        except NotFound:
            raise
        except EventqError:
            if time.monotonic() - answered > pace.window:
                raise
        tell(max(0.0, pace.window - (0.0 if began is None else time.monotonic() - began)))
        time.sleep(max(0.0, due - time.monotonic()))


def _moved(track: Track) -> tuple[float, int, float, int] | None:
    """(time, commit) at the first and at the last commit of the window; None without two of them."""
    found = [
        (after.at, after.committed)
        for before, after in pairwise(track.points)
        if after.committed is not None and after.committed != before.committed
    ]
    if len(found) < 2 or found[0][1] >= found[-1][1]:  # noqa: PLR2004 - a speed needs two
        return None
    return (*found[0], *found[-1])


def _places(part: PartitionLag, moved: tuple[float, int, float, int] | None) -> Iterable[Range]:
    """The first unread record, and those at both commits."""
    rest = unread(part)
    starts = {rest.start} if rest else set()
    starts |= {moved[1], moved[3]} if moved else set()
    return [Range(part.topic, part.partition, start, part.end or 0) for start in sorted(starts)]


def _unread(
    part: PartitionLag,
    at: float,
    track: Track,
    moved: tuple[float, int, float, int] | None,
    dates: Mapping[tuple[str, int, int], FirstRecord],
    size: int | str | None,
) -> Unread:
    first = dates.get((part.topic, part.partition, (part.end or 0) - (part.lag or 0)), FirstRecord(error=""))
    arrival = track.end.slope if track.end else None
    consume = track.consume.slope if track.consume else None
    return Unread(
        age=None if first.timestamp is None else at - first.timestamp,
        speed=_speed(part, moved, dates),
        readable=not first.missing,
        size=size if isinstance(size, int) else None,
        arrival=arrival or 0.0,
        consume=consume or 0.0,
        age_error=first.error,
        size_error=size if isinstance(size, str) else None,
    )


def _speed(
    part: PartitionLag,
    moved: tuple[float, int, float, int] | None,
    dates: Mapping[tuple[str, int, int], FirstRecord],
) -> float:
    """0 where it can't be told: the records are then kept at least as long."""
    if moved is None:
        return 0.0
    first, last = (dates.get((part.topic, part.partition, at)) for at in (moved[1], moved[3]))
    if first is None or last is None or first.timestamp is None or last.timestamp is None:
        return 0.0
    return max(0.0, (last.timestamp - first.timestamp) / (moved[2] - moved[0]))
