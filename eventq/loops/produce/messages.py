"""What a worker of a produce run and its parent tell each other; see worker.py and parent.py.

A worker says Ready and waits for Go; it ends with Ended, or with Failed if it can't begin.
"""

from dataclasses import dataclass

from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.produce.produce import ClockStart


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has its producer id and the topic's metadata."""


@dataclass(frozen=True, slots=True)
class Go:
    start: ClockStart


@dataclass(frozen=True, slots=True)
class WorkerProgress:
    offered: Offered
    deliveries: Deliveries


@dataclass(frozen=True, slots=True)
class Dying:
    """The last word of a worker that kills itself, as --fault asked it to."""

    offered: Offered
    deliveries: Deliveries


@dataclass(frozen=True, slots=True)
class Ended:
    """Everything is settled. `end` by the monotonic clock."""

    offered: Offered
    deliveries: Deliveries
    end: float
