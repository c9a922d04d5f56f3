"""A bounded queue: how far a group may fall behind a producer, and what the producer does at the bound."""

from dataclasses import dataclass
from enum import Enum


class OnFull(str, Enum):
    """BLOCK waits until the group has caught up some way, SLOW sends at the group's own rate, DROP leaves out
    what is due meanwhile, FAIL ends the run.
    """

    BLOCK = "block"
    SLOW = "slow"
    DROP = "drop"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class QueueBound:
    """`max_lag` is of all partitions together; `max_time_lag` and `timeout` in seconds, None: not asked for.

    `resume_lag` is where BLOCK goes on. `from_end`: without a commit the group begins at a partition's end,
    else at its log start. `max_partition_lag` bounds each of the topic's `partitions` too.
    """

    group: str
    max_lag: int
    on_full: OnFull
    resume_lag: int
    max_time_lag: float | None = None
    timeout: float | None = None
    from_end: bool = False
    max_partition_lag: int | None = None
    partitions: int = 0


def default_resume(max_lag: int) -> int:
    """Four fifths: consumers have work left while credits travel."""
    return max_lag * 4 // 5
