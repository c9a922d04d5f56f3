"""The fault that `produce --fault` asks for: a worker that dies in the middle of its work."""

from dataclasses import dataclass
from random import Random

from eventq.core.faults import KillAfter, fault_parts, kill_after, not_a_fault


@dataclass(frozen=True, slots=True)
class WorkerFault:
    """`seed` chooses the worker."""

    kill: KillAfter
    seed: int
    workers: int

    @property
    def worker(self) -> int:
        return Random(f"{self.seed}/worker").randrange(self.workers)

    def kills_after(self, worker: int) -> int | None:
        """How many events this worker hands over before it dies, None: it lives."""
        return self.kill.events if worker == self.worker else None


@dataclass(frozen=True, slots=True)
class InjectedKill:
    """What was done: `worker`, from 0 on, had handed over `offered` events, `seconds` after the start."""

    worker: int
    seconds: float
    offered: int


def parse_worker_fault(text: str) -> KillAfter:
    """UsageError for what is no fault of a worker."""
    try:
        found = kill_after(*fault_parts(text))
    except ValueError:
        found = None
    if found is None:
        raise not_a_fault(text, "produce has kill:after=N, N being the events that a worker has handed over")
    return found
