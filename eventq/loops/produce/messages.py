"""What a worker of a produce run and its parent tell each other; see worker.py and parent.py.

A worker says Ready and waits for Go; it ends with Ended, or with Failed if it can't begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eventq.core.produce.deal import Deal
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.stage_report import StageOffered
from eventq.loops.produce.start import ClockStart


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has its producer id and the topic's metadata."""


@dataclass(frozen=True, slots=True)
class Go:
    start: ClockStart


@dataclass(frozen=True, slots=True)
class Dealt:
    """What the worker may hand over from now on."""

    deal: Deal


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
    """Everything is settled. `end` by the monotonic clock; `stages` by their places."""

    offered: Offered
    deliveries: Deliveries
    end: float
    stages: Mapping[int, StageOffered] = field(default_factory=dict)
