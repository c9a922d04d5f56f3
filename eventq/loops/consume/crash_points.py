"""Where a member kills itself on purpose: counted, so that the same seed does it at the same place again."""

from collections import Counter
from collections.abc import Callable

from eventq.core.consume.injection import CrashPoint, FaultPlan
from eventq.loops.processes.kill import kill_this_process


def _tell_nobody(_point: CrashPoint) -> None: ...


class CrashPoints:
    """Of one process of a member, which was restarted `restarts` times before.

    `tell` hears of each death just before it.
    """

    def __init__(
        self,
        plan: FaultPlan,
        number: int,
        restarts: int,
        kill: Callable[[], None] = kill_this_process,
        tell: Callable[[CrashPoint], None] = _tell_nobody,
    ) -> None:
        self._deadly = {crash.point: crash.visit(plan.seed, number, restarts) for crash in plan.crashes}
        self._visits: Counter[CrashPoint] = Counter()
        self._kill, self._tell = kill, tell

    def is_due(self, point: CrashPoint) -> bool:
        """Counts a visit of the point: whether it is the one to die at."""
        if point not in self._deadly:
            return False
        self._visits[point] += 1
        return self._visits[point] == self._deadly[point]

    def pass_by(self, point: CrashPoint) -> None:
        """Dies here if it is time to."""
        if self.is_due(point):
            self.die(point)

    def die(self, point: CrashPoint) -> None:
        self._tell(point)
        self._kill()
