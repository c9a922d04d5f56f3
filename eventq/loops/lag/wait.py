"""Waits until a group has caught up, cannot any more, stands still, or the time is over."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import Enum

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import no_group
from eventq.core.lag.reads import Range
from eventq.core.lag.snapshot import GroupLag
from eventq.core.lag.wait import Goal, WaitState, pinned, wait_state
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
    """In seconds; `stall` None: standing still is no reason to give up."""

    timeout: float
    interval: float
    stall: float | None = None
    require_group: bool = False


@dataclass(frozen=True, slots=True)
class WaitNow:
    """Where the wait stands; `state` None: nothing could be read so far, `error`: nothing just now."""

    seconds: float
    state: WaitState | None
    error: str | None


Read = Callable[[], GroupLag]
"""One sample of the group; EventqError when nothing can be read now."""

Empty = Callable[[Collection[Range]], Collection[Range]]
"""Those of the ranges that hold no readable record: only control, aborted or compacted-away ones."""


_LAST_LOOK_SECONDS = 1.0
"""What even the look at the end of the time is given, in seconds."""


class LagWait:
    """One wait; `now` can be asked at any time, also after it was broken off."""

    def __init__(
        self,
        read: Read,
        empty: Empty,
        goal: Goal,
        limits: WaitLimits,
        clock: Clock,
        tell: Callable[[WaitNow], None],
    ) -> None:
        self._read, self._find_empty, self._limits = read, empty, limits
        self._goal, self._clock, self._tell = goal, clock, tell
        self._began = clock.monotonic()
        self._state: WaitState | None = None
        self._error: str | None = None
        self._moved_at = self._began
        self._empty: frozenset[Range] = frozenset()
        self._readable: frozenset[tuple[str, int, int]] = frozenset()

    @property
    def now(self) -> WaitNow:
        return WaitNow(self._seconds, self._state, self._error)

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
                found = self._look()
        except NotFound:
            raise
        except EventqError as error:
            self._error, self._moved_at = str(error), self._clock.monotonic()
            return
        if self._moved(found):
            self._moved_at = self._clock.monotonic()
        self._state, self._error = found, None

    def _look(self) -> WaitState:
        group = self._read()
        if self._goal.pins is not None:
            self._goal = replace(self._goal, pins=pinned(group, self._goal.pins))
        found = wait_state(group, self._goal, self._empty)
        if not found.exists and self._limits.require_group:
            raise no_group(group.group)
        if found.meets(self._goal) or not self._resting(found):
            return found
        return wait_state(group, self._goal, self._look_inside(found))

    def _resting(self, found: WaitState) -> bool:
        """A group on its way needs no look inside what it has still to read."""
        return not self._moved(found) or self._state is None

    def _look_inside(self, found: WaitState) -> frozenset[Range]:
        """Asks of each place once: a record that can be read stays there, however the end grows."""
        rests = [row.remainder for row in found.held if row.remainder is not None]
        asked = [rest for rest in rests if rest.place not in self._readable]
        if asked and found.never is None:
            self._empty |= frozenset(self._find_empty(asked))
            self._readable |= {rest.place for rest in asked} - {rest.place for rest in self._empty}
        return self._empty

    def _moved(self, found: WaitState) -> bool:
        """A group or partition that has yet to appear does not stand still either."""
        before = self._state
        return before is None or found.reason is not None or found.moved_since(before)

    def _judge(self) -> WaitOutcome | None:
        found = self._state
        if found is not None and self._error is None:
            if found.never is not None:
                return WaitOutcome.NEVER
            if found.meets(self._goal):
                return WaitOutcome.REACHED
        if self._seconds >= self._limits.timeout:
            return WaitOutcome.TIMED_OUT
        stall = self._limits.stall
        still = self._clock.monotonic() - self._moved_at
        return WaitOutcome.STALLED if stall is not None and still >= stall else None

    def _next_end(self) -> float:
        """When to look for the last time, if nothing changes until then."""
        end = self._began + self._limits.timeout
        return end if self._limits.stall is None else min(end, self._moved_at + self._limits.stall)
