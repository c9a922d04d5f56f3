"""Waits until a group has caught up, cannot any more, stands still, or the time is over."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import TopicPartition, no_group
from eventq.core.lag import stall
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import GroupLag
from eventq.core.lag.wait import Goal, Held, WaitState, pinned, wait_state
from eventq.loops.lag.deadline import deadline


class WaitOutcome(Enum):
    REACHED = "reached"
    NEVER = "never"
    STALLED = "stalled"
    TIMED_OUT = "timed-out"
    SIGINT = "interrupted"
    SIGTERM = "terminated"


@dataclass(frozen=True, slots=True)
class WaitLimits:
    """In seconds; `stall` None: a partition that stands still is no reason to give up."""

    timeout: float
    interval: float
    stall: float | None = None
    require_group: bool = False


@dataclass(frozen=True, slots=True)
class WaitNow:
    """Where the wait stands; `state` None: nothing could be read so far, `error`: nothing just now.

    `stuck`: the partitions that have stood still for the time of a stall.
    """

    seconds: float
    state: WaitState | None
    error: str | None
    stuck: frozenset[TopicPartition] = frozenset()


Read = Callable[[], GroupLag]
"""One sample of the group; EventqError when nothing can be read now."""

Find = Callable[[Collection[Range]], Mapping[Range, FirstRecord]]
"""The first readable record of each range; EventqError when nothing answered."""


_LAST_LOOK_SECONDS = 1.0
"""What even the look at the end of the time is given, in seconds."""

_BETWEEN_COMMITS_SECONDS = 5.0
"""The clients' default commit interval: a partition that stands still for longer may have nothing to read."""


class LagWait:
    """One wait; `now` can be asked at any time, also after it was broken off."""

    def __init__(
        self,
        read: Read,
        find: Find,
        goal: Goal,
        limits: WaitLimits,
        clock: Clock,
        tell: Callable[[WaitNow], None],
    ) -> None:
        self._read, self._find, self._limits = read, find, limits
        self._goal, self._clock, self._tell = goal, clock, tell
        self._began = self._looked_at = clock.monotonic()
        self._state: WaitState | None = None
        self._error: str | None = None
        self._standing: stall.Standings = {}
        self._empty: frozenset[Range] = frozenset()
        self._readable: frozenset[tuple[str, int, int]] = frozenset()

    @property
    def now(self) -> WaitNow:
        return WaitNow(self._seconds, self._state, self._error, self._still(self._limits.stall))

    def run(self) -> WaitOutcome:
        """One sample at once and each interval; the last one when the time is over."""
        while True:
            due = self._clock.monotonic() + self._limits.interval
            self._sample()
            self._tell(self.now)
            outcome = self._judge()
            if outcome is not None:
                return outcome
            self._clock.sleep(max(0.0, min(due, self._next_end()) - self._clock.monotonic()))

    @property
    def _seconds(self) -> float:
        return self._clock.monotonic() - self._began

    def _sample(self) -> None:
        """While nothing can be read, standing still is not the group's: the stall begins anew after it."""
        try:
            with deadline(max(_LAST_LOOK_SECONDS, self._limits.timeout - self._seconds)):
                self._state, self._error = self._look(), None
        except NotFound:
            raise
        except EventqError as error:
            self._error, self._standing = str(error), {}

    def _look(self) -> WaitState:
        group = self._read()
        first, self._looked_at = self._state is None, self._clock.monotonic()
        if self._goal.pins is not None:
            self._goal = replace(self._goal, pins=pinned(group, self._goal.pins))
        found = self._stand(wait_state(group, self._goal, self._empty))
        if not found.exists and self._limits.require_group:
            raise no_group(group.group)
        if found.never is not None or found.meets(self._goal):
            return found
        self._look_inside(found.held if first else self._resting(found))
        return self._stand(wait_state(group, self._goal, self._empty))

    def _stand(self, found: WaitState) -> WaitState:
        self._standing = stall.standings(self._standing, found, self._looked_at)
        return found

    def _resting(self, found: WaitState) -> tuple[Held, ...]:
        """What may hold no record, and so never move: all where nothing moves, else what long has not."""
        if stall.unmoved(self._standing.values(), self._looked_at):
            return found.held
        seconds = min(_BETWEEN_COMMITS_SECONDS, self._limits.stall or _BETWEEN_COMMITS_SECONDS)
        return stall.of(found, self._still(seconds))

    def _look_inside(self, rows: Iterable[Held]) -> None:
        """Asks of each place until it is known: a readable record stays there, however the end grows."""
        rests = [row.remainder for row in rows if row.remainder is not None]
        asked = [rest for rest in rests if rest.place not in self._readable and rest not in self._empty]
        found = self._find(asked) if asked else {}
        self._empty |= {rest for rest, first in found.items() if first.missing}
        self._readable |= {rest.place for rest, first in found.items() if first.timestamp is not None}

    def _still(self, seconds: float | None) -> frozenset[TopicPartition]:
        return frozenset() if seconds is None else stall.still(self._standing, self._looked_at, seconds)

    def _judge(self) -> WaitOutcome | None:
        found = self._state
        if found is not None and self._error is None:
            if found.never is not None:
                return WaitOutcome.NEVER
            if found.meets(self._goal):
                return WaitOutcome.REACHED
        if self._seconds >= self._limits.timeout:
            return WaitOutcome.TIMED_OUT
        stuck = self.now.stuck
        return WaitOutcome.STALLED if found and stuck and stall.stalled(found, stuck, self._goal) else None

    def _next_end(self) -> float:
        """When to look for the last time, if nothing changes until then."""
        end, seconds = self._began + self._limits.timeout, self._limits.stall
        due = None if seconds is None else stall.due(self._standing, self._looked_at, seconds)
        return end if due is None else min(end, due)
