"""The pace of the lag commands that go on until they are stopped."""

from eventq.commands.lag.options import period
from eventq.core.errors import UsageError
from eventq.core.parse import duration
from eventq.loops.lag.watch import Pace

FETCHES = 500
"""The most records that one sample fetches for their age."""


def pace_of(interval: str, window: str, samples: int | None = None) -> Pace:
    pace = Pace(period(interval), duration(window), samples)
    if pace.window < 2 * pace.interval:
        raise UsageError(
            f"--window {window} has no room for three samples {interval} apart",
            hint=f"at least twice the interval: --window {2 * pace.interval:g}s",
        )
    return pace
