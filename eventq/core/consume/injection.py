"""Faults on purpose: what --fault asks for, so that a guarantee can be seen to hold, or not to."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random

from eventq.core.faults import KillAfter, fault_parts, kill_after, not_a_fault, positive
from eventq.core.parse import duration

CRASHES = 3
"""So often a member dies at its crash point unless something else is asked for."""

_MOST_VISITS = 10
_HINT = (
    "kill:after=1000, kill:every=5s, pause:after=1000,for=12s, pause:every=5s,for=12s, or "
    "crash-point:POINT[,times=N] with POINT before-commit, after-commit, mid-batch or after-claim"
)


class CrashPoint(str, Enum):
    """Where a member kills itself.

    Around the commit of what it processed (under exactly once that of the sink's transaction), in the middle
    of a batch, or when it has just been given partitions.
    """

    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"
    MID_BATCH = "mid-batch"
    AFTER_CLAIM = "after-claim"


@dataclass(frozen=True, slots=True)
class PauseAfter:
    """One member is stopped for `length` seconds once the group has processed `events`."""

    events: int
    length: float


@dataclass(frozen=True, slots=True)
class KillEvery:
    """A member is killed every so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PauseEvery:
    """A member is stopped for `length` seconds, every so many seconds."""

    seconds: float
    length: float


@dataclass(frozen=True, slots=True)
class Crash:
    """Each member kills itself at `point`, `times` times."""

    point: CrashPoint
    times: int

    def visit(self, seed: int, number: int, restarts: int) -> int | None:
        """At which visit of the point, from 1 on, this process of member `number` dies; None: it does not."""
        if restarts >= self.times:
            return None
        most = 1 if self.point is CrashPoint.AFTER_CLAIM else _MOST_VISITS  # a member claims rarely
        return Random(f"{seed}/{number}/{restarts}/crash").randint(1, most)


Fault = KillAfter | PauseAfter | KillEvery | PauseEvery | Crash
"""KillAfter: one member is killed once the group has processed so many events."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """`seed` chooses members and visits."""

    faults: Sequence[Fault] = ()
    seed: int = 0

    @property
    def crashes(self) -> list[Crash]:
        return [fault for fault in self.faults if isinstance(fault, Crash)]


NO_FAULTS = FaultPlan()


def parse_fault(text: str) -> Fault:
    """UsageError for what is no fault."""
    try:
        return _fault(*fault_parts(text))
    except ValueError as error:
        raise not_a_fault(text, _HINT) from error


def _fault(kind: str, given: dict[str, str]) -> Fault:
    """ValueError for one that is incomplete, or has too much."""
    killed = kill_after(kind, given)
    if killed is not None:
        return killed
    if kind == "kill" and given.keys() == {"every"}:
        return KillEvery(_seconds(given["every"]))
    if kind == "pause" and given.keys() == {"after", "for"}:
        return PauseAfter(positive(given["after"]), _seconds(given["for"]))
    if kind == "pause" and given.keys() == {"every", "for"}:
        return PauseEvery(_seconds(given["every"]), _seconds(given["for"]))
    if kind == "crash-point":
        times = positive(given.pop("times", str(CRASHES)))
        (point,) = given
        return Crash(CrashPoint(point), times)
    raise ValueError(kind)


def _seconds(text: str) -> float:
    found = duration(text)
    if found <= 0:
        raise ValueError(text)
    return found
