"""The rate at which a producer keeps a group's lag at a set point instead of stopping and going.

    rate = consume rate + K (set point - lag)

The queue adds up the difference of two rates, and what is done about it shows only after the dead time d: one
sample and one commit period. A proportional term with a feed-forward of the consume rate has no integral of
its own that could wind up, and is stable as K d = 1/2 is far below pi/2. Compare Spark's PIDRateEstimator and
PIE (RFC 8033).
"""

_SET_POINT = 0.8
_GAIN = 0.5


def sending_rate(
    lag: float, max_lag: int, consume_rate: float, dead_time: float, max_time_lag: float | None = None
) -> float:
    """Events a second. `lag` counts what is on its way; times in seconds.

    With a limit on the time lag the set point is what is consumed in that time, if that is less (Little).
    """
    target = float(max_lag)
    if max_time_lag is not None:
        target = min(target, max_time_lag * consume_rate)
    return max(0.0, consume_rate + _GAIN / dead_time * (_SET_POINT * target - lag))
