"""What a window of samples says of a consumer, and the evidence in words; docs/lag.md has the rules in full.

Each rule looks at the points of one partition, the worst verdict first, and the first that speaks decides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from eventq.core.kafka import TopicPartition
from eventq.core.lag.snapshot import Status
from eventq.core.lag.window import Point, full
from eventq.core.text import duration, plural

_ENOUGH_POINTS = 3  # points: a rise seen once is no trend


class Verdict(str, Enum):
    """From the worst to the best."""

    LOSS = "LOSS"
    STOP = "STOP"
    STALL = "STALL"
    REWIND = "REWIND"
    WARN = "WARN"
    OK = "OK"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`verdict` is None when it can't be told yet or at all; `evidence` then says why."""

    verdict: Verdict | None = None
    evidence: str | None = None


_CAUGHT_UP = Judgement(Verdict.OK, "caught up")
_WORST_FIRST = (*(verdict for verdict in Verdict if verdict is not Verdict.OK), None, Verdict.OK)


def judge(points: Sequence[Point], seconds: float) -> Judgement:
    """The verdict on one partition by its points within a window of `seconds`, oldest first."""
    if not points:
        return Judgement(evidence="its offsets could not be read")
    for verdict, rule in _RULES:
        evidence = rule(points, seconds)
        if evidence is not None:
            return Judgement(verdict, evidence)
    return _no_complaint(points, seconds)


def worst(judged: Iterable[tuple[TopicPartition, int, Judgement]]) -> Judgement:
    """A group's verdict by its partitions' (key, lag, judgement): the worst; unknown is worse than OK."""
    rows = list(judged)
    if not rows:
        return Judgement(evidence="no partition is known")
    key, _, found = min(rows, key=lambda row: (_WORST_FIRST.index(row[2].verdict), -row[1]))
    alike = sum(1 for row in rows if row[2].verdict is found.verdict) - 1
    if found.verdict is Verdict.OK and all(lag == 0 for _, lag, _ in rows):
        return _CAUGHT_UP
    more = f" (and {plural(alike, 'more partition')})" if alike and found.verdict else ""
    return Judgement(found.verdict, f"{key.topic}:{key.partition}: {found.evidence}{more}")


def _loss(points: Sequence[Point], _seconds: float) -> str | None:
    now, hit = points[-1], points[-1].loss
    if hit is None or hit.at < points[0].at:
        return None
    text = (
        f"{plural(hit.lost, 'record', ',')} deleted unread: committed offset {hit.committed}, "
        f"log start {hit.committed + hit.lost}"
    )
    return text if hit.at == now.at else f"{text}, {duration(now.at - hit.at)} ago"


def _stop(points: Sequence[Point], seconds: float) -> str | None:
    now = points[-1]
    if now.lag == 0:
        return None
    if now.live is False:
        unread = plural(now.lag, "record", ",")
        return None if _read_without_members(points) else f"no live member and {unread} unread"
    if now.owner is not None or not full(points, seconds):
        return None
    if all(point.live and point.owners_known and point.owner is None for point in points):
        unread = plural(now.lag, "record", ",")
        return f"no member has owned it for {duration(_seen(points))} and {unread} unread"
    return None


def _read_without_members(points: Sequence[Point]) -> bool:
    """Readers that assign themselves partitions commit without being members; one move alone is a reset."""
    if points[0].committed == points[-1].committed:
        return False
    moves = sum(
        a.live is False
        and (a.committed is None or (b.committed or 0) > a.committed)
        and b.committed is not None
        for a, b in pairwise(points)
    )
    return moves > 1


def _stall(points: Sequence[Point], seconds: float) -> str | None:
    """Owned at both ends of the window: a member that has just started has had no time to commit."""
    first, now = points[0], points[-1]
    unmoved = now.at - now.unmoved_since
    if not full(points, seconds) or unmoved < seconds or not (_owned(first) and _owned(now)):
        return None
    if now.behind_since is None or now.behind_since > first.at:
        return None
    owners = len({point.owner for point in points if point.owner})
    what = "nothing committed" if now.committed is None else f"committed offset {now.committed} unchanged"
    changed = f", by {owners} members one after another," if owners > 1 else ""
    over = f" in the last {duration(_seen(points))}" if unmoved > _seen(points) else ""
    return f"{what}{changed} for {duration(unmoved)} while lag {_went(first.lag, now.lag)}{over}"


def _rewind(points: Sequence[Point], _seconds: float) -> str | None:
    now, back = points[-1], points[-1].rewind
    if back is None or back.at <= points[0].at:
        return None
    ago = f"{duration(now.at - back.at)} ago"
    if back.after is None:
        return f"committed offset {back.before} was removed, {ago}"
    return f"committed offset went back from {back.before} to {back.after}, {ago}"


def _warn(points: Sequence[Point], seconds: float) -> str | None:
    if len(points) < _ENOUGH_POINTS or not full(points, seconds) or points[0].lag == 0 or _decreased(points):
        return None
    return (
        f"lag has not once decreased in {duration(_seen(points))}: it {_went(points[0].lag, points[-1].lag)}"
    )


_RULES: tuple[tuple[Verdict, Callable[[Sequence[Point], float], str | None]], ...] = (
    (Verdict.LOSS, _loss),
    (Verdict.STOP, _stop),
    (Verdict.STALL, _stall),
    (Verdict.REWIND, _rewind),
    (Verdict.WARN, _warn),
)


def _no_complaint(points: Sequence[Point], seconds: float) -> Judgement:
    """OK if nothing later in this window could make it a WARN or a STALL, else not known yet."""
    now = points[-1]
    if now.status is Status.AHEAD:
        return Judgement(evidence=f"the commit {now.committed} lies beyond the end {now.end}")
    if now.status is Status.RECREATED:
        commit = "no commit yet" if now.committed is None else "the commit may be of the old one"
        return Judgement(evidence=f"the topic was deleted and created again; {commit}")
    if now.lag == 0:
        return _CAUGHT_UP
    if len(points) == 1:
        return Judgement(
            evidence=f"{plural(now.lag, 'record', ',')} unread; one sample can't tell whether that is falling"
        )
    seen = duration(_seen(points))
    if _decreased(points) or points[0].lag == 0:
        falls = ", with decreases in between" if now.lag >= points[0].lag > 0 else ""
        return Judgement(Verdict.OK, f"lag {_went(points[0].lag, now.lag)} in {seen}{falls}")
    return Judgement(evidence=f"watched for {seen} of {duration(seconds)}: too short to tell")


def _owned(point: Point) -> bool:
    return point.owner is not None if point.owners_known else point.live is True


def _decreased(points: Sequence[Point]) -> bool:
    fell = points[-1].fell_at
    return fell is not None and fell > points[0].at


def _seen(points: Sequence[Point]) -> float:
    return points[-1].at - points[0].at


def _went(before: int, now: int) -> str:
    if now == before:
        return f"stayed at {now:,}"
    return f"{'grew' if now > before else 'fell'} from {before:,} to {now:,}"
