"""What was asked of a consume run: what every member must know, and what only the group must."""

from dataclasses import dataclass

from eventq.core.consume.delivery import Delivery, SinkPlan
from eventq.core.consume.injection import NO_FAULTS, FaultPlan
from eventq.core.consume.on_malformed import SKIPPED, OnMalformed
from eventq.core.consume.work import Work
from eventq.core.settings.settings import Connection
from eventq.core.start import Start


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """Handed to every member process; times in seconds, `value_format` is purchase, json or raw.

    `number` counts the members of a run from 1, `restarts` how often this one was started again; `sink` None:
    the effects are only simulated.
    """

    connection: Connection
    client: str
    topic: str
    group: str
    client_id: str
    start: Start
    read_committed: bool
    session_timeout: float
    heartbeat_interval: float
    work: Work
    commit_interval: float
    value_format: str
    events: bool
    limited: bool
    delivery: Delivery = Delivery.AT_LEAST_ONCE
    sink: SinkPlan | None = None
    on_malformed: OnMalformed = SKIPPED
    number: int = 0
    restarts: int = 0
    faults: FaultPlan = NO_FAULTS


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """`pins` are the end offsets of --until-end, None without it."""

    topic: str
    group: str
    client: str
    count: int
    restart: bool
    max_messages: int | None = None
    pins: dict[int, int] | None = None
    duration: float | None = None
    timeout: float | None = None
    idle_timeout: float | None = None
    faults: FaultPlan = NO_FAULTS

    @property
    def has_goal(self) -> bool:
        return self.max_messages is not None or self.pins is not None or self.duration is not None
