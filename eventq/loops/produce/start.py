"""When the clock of a schedule starts."""

from dataclasses import dataclass

from eventq.core.clock import Clock
from eventq.core.produce.stages import NANO


@dataclass(frozen=True, slots=True)
class ClockStart:
    """When a schedule's clock starts: the same moment by the monotonic clock and in epoch nanoseconds."""

    at: float
    epoch: int


def start_now(clock: Clock, lead: float = 0.0) -> ClockStart:
    """`lead` seconds from now, so that others can hear of it in time."""
    at, epoch = clock.monotonic(), clock.now()
    return ClockStart(at + lead, int((epoch + lead) * NANO))


def start_at(clock: Clock, epoch: int) -> ClockStart:
    """At that moment in epoch nanoseconds, which may have passed."""
    return ClockStart(clock.monotonic() + epoch / NANO - clock.now(), epoch)
