"""The figures of an autoscaler on lag (KEDA's kafka trigger), from what was measured of a group.

KEDA runs ceil(total lag / threshold) members, at most the cap. A member may be as far behind as it reads
between two looks and a commit, or, with a target, its share of it.
"""

from dataclasses import dataclass
from math import ceil

from eventq.core.errors import EventqError
from eventq.core.lag.advice import Advice, Target
from eventq.core.lag.measure import GroupMeasurement

POLLING_SECONDS = 15
_LEAST_COOLDOWN = 60
_COMMITS = 10


@dataclass(frozen=True, slots=True)
class Scaling:
    """`threshold`: lag per member; `cap`: the largest number of members that helps; `cooldown` in seconds."""

    threshold: int
    cap: int
    cooldown: int
    topics: tuple[str, ...]


def scaling(measured: GroupMeasurement, advice: Advice, target: Target | None) -> Scaling:
    """EventqError where the capacity of a member, or what members would get, is not known."""
    if advice.capacity is None or not advice.useful:
        raise EventqError(
            f"no threshold can be given: {advice.answer}",
            hint="measure while records wait at every member; -o table says what is missing",
        )
    period = measured.commit_period or 0.0
    threshold = advice.capacity * (POLLING_SECONDS + period)
    if target is not None:
        threshold = max(target.lag, advice.floor or 0) / (advice.keep_up or advice.useful[-1])
    cooldown = max(_LEAST_COOLDOWN, ceil(_COMMITS * period))
    topics = tuple(sorted({part.key.topic for part in measured.partitions}))
    return Scaling(max(1, ceil(threshold)), advice.useful[-1], cooldown, topics)
