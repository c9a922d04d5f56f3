"""When a group will have caught up: lag / (consume rate - arrival rate).

A group is done when its last partition is: the maximum over partitions, never total lag by total rate, which
one hot partition makes a lie.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_NOISE = 1e-9


class EtaState(str, Enum):
    DONE = "done"
    FINITE = "finite"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Eta:
    """`seconds` is a number only when done (0) or finite."""

    state: EtaState = EtaState.UNKNOWN
    seconds: float | None = None


_DONE, _NEVER, _UNKNOWN = Eta(EtaState.DONE, 0.0), Eta(EtaState.NEVER), Eta()


def eta(lag: int | None, arrival: float | None, consume: float | None, *, full: bool) -> Eta:
    """That it never ends is said only of a full window: a shorter one may lie between two commits."""
    if lag == 0:
        return _DONE
    if lag is None or arrival is None or consume is None:
        return _UNKNOWN
    gain = consume - arrival
    if gain > _NOISE * max(consume, arrival):
        return Eta(EtaState.FINITE, lag / gain)
    return _NEVER if full else _UNKNOWN


def last(etas: Iterable[Eta]) -> Eta:
    """The maximum; one that never ends, or else one that is unknown, decides for all."""
    found = list(etas)
    states = {one.state for one in found}
    for state in (EtaState.NEVER, EtaState.UNKNOWN):
        if state in states:
            return Eta(state)
    return max(found, key=lambda one: one.seconds or 0.0, default=Eta())
