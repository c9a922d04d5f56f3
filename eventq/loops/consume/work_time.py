"""The time that a member's simulated work takes."""

from random import Random

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.plan import MemberPlan
from eventq.loops.processes.parent_pipe import ParentPipe


class WorkTime:
    def __init__(self, plan: MemberPlan, parent: ParentPipe, clock: Clock) -> None:
        self._work, self._parent, self._clock = plan.work, parent, clock
        self._to_the_end = plan.delivery is Delivery.AT_MOST_ONCE
        self._random = Random()

    def spend(self, count: int) -> int:
        """Works on `count` events: how many of them were done before a stop was told.

        All of them, whatever is told, where they are committed already: given back, they would be lost.
        """
        if not self._work.mean:
            return count
        due = self._clock.monotonic()
        for done in range(count):
            due += self._work.draw(self._random)
            if not self._sleep_until(due):
                return done
        return count

    def _sleep_until(self, due: float) -> bool:
        if self._to_the_end:
            self._clock.sleep(max(0.0, due - self._clock.monotonic()))
            return True
        return self._parent.sleep_until(due)
