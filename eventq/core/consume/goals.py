"""When a consume run is over, and why."""

from dataclasses import dataclass

from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.report import Offsets
from eventq.core.outcome import Outcome


@dataclass(frozen=True, slots=True)
class RunState:
    """`idle` is the time since something arrived last, `committed` what is known of the group's commits."""

    seconds: float
    idle: float
    quota_reached: bool
    committed: Offsets


def judge(plan: GroupPlan, now: RunState) -> Outcome | None:
    """The outcome if the run is over, None if it goes on."""
    if now.quota_reached or (plan.pins is not None and passed(plan.pins, now.committed)):
        return Outcome.REACHED
    if plan.duration is not None and now.seconds >= plan.duration:
        return Outcome.REACHED
    if plan.timeout is not None and now.seconds >= plan.timeout:
        return Outcome.TIMED_OUT
    if plan.idle_timeout is not None and now.idle >= plan.idle_timeout:
        return Outcome.IDLE
    return None


def passed(pins: Offsets, offsets: Offsets) -> bool:
    """Whether every pinned end has been passed."""
    return all(offsets.get(partition, -1) >= pin for partition, pin in pins.items())


def pins_of(log_starts: Offsets, ends: Offsets) -> Offsets:
    """The ends that --until-end waits for: not those of partitions in which nothing can be read."""
    return {partition: end for partition, end in ends.items() if end > log_starts.get(partition, 0)}
