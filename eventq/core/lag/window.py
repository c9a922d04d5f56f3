"""What was seen of each partition of each group over the last seconds: what a trend is made of."""

from collections.abc import Sequence
from typing import NamedTuple

from eventq.core.kafka import TopicPartition
from eventq.core.lag.least_squares import LeastSquares
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status

_NOBODY = frozenset({"empty", "dead"})


class Rewind(NamedTuple):
    """A committed offset that was less than before, or gone (None)."""

    at: float
    before: int
    after: int | None


class Loss(NamedTuple):
    at: float
    committed: int
    lost: int


class Point(NamedTuple):
    """One partition of one group, read at `at` (seconds by a clock that never goes back).

    `live`: whether the group has members, None if that can't be known. `owner`: the member that has the
    partition, told only where `owners_known`. The rest is what the points before came to: since when the
    committed offset is this one and lag is above 0, when lag last fell, the last rewind and loss.
    """

    at: float
    committed: int | None
    end: int
    lag: int
    status: Status
    live: bool | None
    owner: str | None
    owners_known: bool
    unmoved_since: float
    behind_since: float | None
    fell_at: float | None
    rewind: Rewind | None
    loss: Loss | None


class Track:
    """The points of one partition within the window, and the lines through its end and committed offset.

    A line begins anew where its offset goes back; there is none without a committed offset.
    """

    __slots__ = ("consume", "end", "points")

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.end: LeastSquares | None = None
        self.consume: LeastSquares | None = None

    def add(self, point: Point, start: float) -> None:
        """Drops what lies before the last point at or before `start`."""
        before = self.points[-1] if self.points else None
        self.end = _grown(self.end, before and before.end, point.end, point.at)
        self.consume = _grown(self.consume, before and before.committed, point.committed, point.at)
        self.points.append(point)
        while len(self.points) > 1 and self.points[1].at <= start:
            gone, following = self.points.pop(0), self.points[0].at
            if self.end is not None and self.end.first == gone.at:
                self.end.drop(gone.at, gone.end, following)
            if self.consume is not None and gone.committed is not None and self.consume.first == gone.at:
                self.consume.drop(gone.at, gone.committed, following)


def _grown(
    line: LeastSquares | None, before: int | None, value: int | None, at: float
) -> LeastSquares | None:
    if value is None:
        return None
    if line is None or before is None or value < before:
        return LeastSquares(at, value)
    line.add(at, value)
    return line


def live(group: GroupLag) -> bool | None:
    """By its members, else by its state, which a group has though its members can't be read."""
    if group.member_count is not None:
        return group.member_count > 0
    return group.state.lower() not in _NOBODY if group.state else None


def full(points: Sequence[Point], seconds: float) -> bool:
    return bool(points) and points[-1].at - points[0].at >= seconds


class Window:
    """Keeps `seconds` of points, and of each partition the one before them, so that a full window is spanned.

    What could not be read leaves a gap; a topic that was created again begins anew.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._tracks: dict[str, dict[TopicPartition, Track]] = {}
        self._totals: dict[str, list[tuple[float, int]]] = {}

    def add(self, at: float, snapshot: Snapshot) -> None:
        kept = self._tracks, self._totals
        self._tracks = {group.group: self._group(at, group) for group in snapshot.groups}
        self._totals = {group.group: self._total(at, group) for group in snapshot.groups}
        if not snapshot.complete:
            self._tracks = {**kept[0], **self._tracks}
            self._totals = {**kept[1], **self._totals}

    def track(self, group: str, key: TopicPartition) -> Track:
        return self._tracks.get(group, {}).get(key) or Track()

    def totals(self, group: str) -> Sequence[tuple[float, int]]:
        """(time, known lag of the group), oldest first."""
        return self._totals.get(group, ())

    def _group(self, at: float, group: GroupLag) -> dict[TopicPartition, Track]:
        before, alive, known = self._tracks.get(group.group, {}), live(group), group.member_count is not None
        found = {}
        for part in group.partitions:
            key = part.key
            found[key] = self._add(before.get(key) or Track(), at, part, alive, known)
        return {**before, **found} if group.error else found

    def _add(self, track: Track, at: float, part: PartitionLag, alive: bool | None, known: bool) -> Track:
        if part.lag is None or part.end is None:
            return track
        last = track.points[-1] if track.points else None
        if last and (last.status is Status.RECREATED) != (part.status is Status.RECREATED):
            last, track = None, Track()
        track.add(_point(last, at, part, alive, known), at - self.seconds)
        return track

    def _total(self, at: float, group: GroupLag) -> list[tuple[float, int]]:
        totals = self._totals.get(group.group, [])
        totals.append((at, group.known_lag))
        while len(totals) > 1 and totals[1][0] <= at - self.seconds:
            del totals[0]
        return totals


def _point(last: Point | None, at: float, part: PartitionLag, alive: bool | None, known: bool) -> Point:
    committed, lag, end = part.committed, part.lag or 0, part.end or 0
    unmoved = last.unmoved_since if last and last.committed == committed else at
    behind = (last.behind_since if last and last.behind_since is not None else at) if lag else None
    fell = at if last and lag < last.lag else last and last.fell_at
    rewind, before = last and last.rewind, last and last.committed
    if before is not None and (committed is None or committed < before):
        rewind = Rewind(at, before, committed)
    loss = Loss(at, committed or 0, part.lost) if part.lost else last and last.loss
    owner = part.member.member_id if part.member else None
    return Point(
        at, committed, end, lag, part.status, alive, owner, known, unmoved, behind, fell, rewind, loss
    )
