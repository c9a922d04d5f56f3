"""What was seen of each partition of each group over the last seconds: what a trend is made of."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from eventq.core.lag import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag_reads import TopicPartition

_NOBODY = frozenset({"empty", "dead"})


class Point(NamedTuple):
    """One partition of one group, read at `at` (seconds by a clock that never goes back).

    `unmoved_since`: when this committed offset was first seen. `live`: whether the group has members, None if
    that can't be known. `owner`: the member that has the partition, told only where `owners_known`.
    """

    at: float
    committed: int | None
    end: int
    lag: int
    lost: int
    status: Status
    unmoved_since: float
    live: bool | None
    owner: str | None
    owners_known: bool


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
        self._points: dict[str, dict[TopicPartition, list[Point]]] = {}
        self._totals: dict[str, list[tuple[float, int]]] = {}

    def add(self, at: float, snapshot: Snapshot) -> None:
        kept = self._points, self._totals
        self._points = {group.group: self._group(at, group) for group in snapshot.groups}
        self._totals = {group.group: self._total(at, group) for group in snapshot.groups}
        if not snapshot.complete:
            self._points = {**kept[0], **self._points}
            self._totals = {**kept[1], **self._totals}

    def points(self, group: str, key: TopicPartition) -> Sequence[Point]:
        return self._points.get(group, {}).get(key, ())

    def totals(self, group: str) -> Sequence[tuple[float, int]]:
        """(time, known lag of the group), oldest first."""
        return self._totals.get(group, ())

    def _group(self, at: float, group: GroupLag) -> dict[TopicPartition, list[Point]]:
        before, alive, known = self._points.get(group.group, {}), live(group), group.member_count is not None
        found = {p.key: self._add(before.get(p.key, []), at, p, alive, known) for p in group.partitions}
        return {**before, **found} if group.error else found

    def _add(
        self, points: list[Point], at: float, part: PartitionLag, alive: bool | None, known: bool
    ) -> list[Point]:
        if part.lag is None or part.end is None:
            return points
        last = points[-1] if points else None
        if last and (last.status is Status.RECREATED) != (part.status is Status.RECREATED):
            last, points = None, []
        since = last.unmoved_since if last and last.committed == part.committed else at
        owner = part.member.member_id if part.member else None
        points.append(
            Point(at, part.committed, part.end, part.lag, part.lost, part.status, since, alive, owner, known)
        )
        if len(points) > 1 and points[1].at <= at - self.seconds:
            _drop(points, (point.at for point in points[1:]), at - self.seconds)
        return points

    def _total(self, at: float, group: GroupLag) -> list[tuple[float, int]]:
        totals = self._totals.get(group.group, [])
        totals.append((at, group.known_lag))
        _drop(totals, (then for then, _ in totals[1:]), at - self.seconds)
        return totals


def _drop(points: list[Point] | list[tuple[float, int]], later: Iterable[float], start: float) -> None:
    """Drops what lies before the last point at or before `start`."""
    outside = 0
    for then in later:
        if then > start:
            break
        outside += 1
    del points[:outside]
