"""From the options of a load to its schedule."""

from typing import TypedDict

from eventq.commands.produce.options import ProduceOptions
from eventq.core.errors import UsageError
from eventq.core.parse import nanoseconds, rate
from eventq.core.produce.arrivals import PoissonArrivals
from eventq.core.produce.pacing import Paced, Schedule, Unpaced
from eventq.core.produce.plan import ArrivalKind
from eventq.core.produce.stages import LONGEST, LoadStage, constant, parse_stages

_MOST_BY_CHANCE = 1_000_000_000
"""Of which the blocks are drawn before the run, 20 ms a million."""


class _LoadLimits(TypedDict):
    loop: bool
    max_messages: int | None
    duration: int | None


def load(options: ProduceOptions, seed: int) -> Schedule:
    """UsageError for one that could not be or would never send."""
    duration = None if options.duration is None else nanoseconds(options.duration)
    if duration == 0:
        raise UsageError("a --duration of 0 would never send", hint="leave it out to send until stopped")
    stages = _stages(options)
    if not stages:
        return Unpaced(options.max_messages, duration)
    limits: _LoadLimits = {"loop": options.loop, "max_messages": options.max_messages, "duration": duration}
    paced = Paced(stages, **limits)
    if paced.end is not None and paced.end > LONGEST:
        raise UsageError(
            f"--max-messages {options.max_messages!s:.40}: the last is due in more than a hundred years",
            hint="fewer events, or a higher rate",
        )
    if paced.total == 0:
        raise UsageError(
            f"--duration {options.duration} ends before the first event is due", hint="make it longer"
        )
    if options.arrivals is ArrivalKind.EVEN:
        return paced
    if paced.total is not None and paced.total > _MOST_BY_CHANCE:
        raise UsageError(
            f"--arrivals poisson of {paced.total:,} events, at most {_MOST_BY_CHANCE:,} are drawn in advance",
            hint="a shorter load, or --arrivals even",
        )
    return Paced(stages, **limits, arrivals=PoissonArrivals(seed))


def _stages(options: ProduceOptions) -> tuple[LoadStage, ...]:
    if options.rate is not None:
        return (constant(rate(options.rate)),)
    return parse_stages(options.stage) if options.stage else ()
