"""Whether a member that died is started again, and how soon."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST_IN_VAIN = 8
_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Death:
    """Of member `number`: what it had done, and what the others do.

    `processed`: it had processed something. `idle`: it was in the group and had nothing to process.
    `progress` is how far the group has come, a number that only grows. `busy` are the living members that
    have something to process.
    """

    number: int
    processed: bool
    idle: bool
    progress: int
    busy: frozenset[int]


class Restarts:
    """A member comes back at once; if it had processed nothing, the later the more often that has happened.

    A death is in vain if the group has not got on since the death before it; never that of a member that had
    nothing to process. The run is given up when one member has died in vain too often, and no other one has
    events in hand: others that died in vain themselves don't count as such, nor do idle ones.
    """

    def __init__(self) -> None:
        self._in_a_row: Counter[int] = Counter()
        self._in_vain: Counter[int] = Counter()
        self._progress = 0

    def delay(self, death: Death) -> float | None:
        """Seconds until the member is to be started again; None: nobody gets on."""
        number = death.number
        self._in_a_row[number] = 0 if death.processed else self._in_a_row[number] + 1
        if death.progress > self._progress:
            self._progress = death.progress
            self._in_vain.clear()
        elif death.idle:
            self._in_vain[number] = 0
        else:
            self._in_vain[number] += 1
        if self._in_vain[number] >= MOST_IN_VAIN and not self._others_work(number, death.busy):
            return None
        return pause(self._in_a_row[number])

    def in_vain(self, number: int) -> int:
        """How often the member has died in vain since the group got on last."""
        return self._in_vain[number]

    def _others_work(self, number: int, busy: Iterable[int]) -> bool:
        return any(other != number and not self._in_vain[other] for other in busy)


def pause(deaths: int) -> float:
    """None before the first restart, then 0.1 s, doubled with each more death in a row, at most 5 s."""
    return 0.0 if deaths <= 1 else min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(deaths - 2, 10))
