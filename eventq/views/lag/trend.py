"""Where lag is going, in words and in one line of blocks."""

from collections.abc import Sequence

from eventq.core.lag.eta import Eta, EtaState
from eventq.core.lag.time_lag import TimeLag
from eventq.core.lag.verdict import Judgement, Verdict
from eventq.core.text import duration

STYLES: dict[Verdict | None, str] = {
    Verdict.LOSS: "bold red",
    Verdict.STOP: "bold red",
    Verdict.STALL: "bold red",
    Verdict.REWIND: "bold magenta",
    Verdict.WARN: "bold yellow",
    Verdict.OK: "green",
    None: "dim",
}
_BLOCKS = "▁▂▃▄▅▆▇█"


def verdict(judgement: Judgement) -> str:
    return "-" if judgement.verdict is None else judgement.verdict.value


def eta(left: Eta) -> str:
    if left.state is EtaState.FINITE and left.seconds is not None:
        return duration(left.seconds)
    return "-" if left.state is EtaState.UNKNOWN else left.state.value


def age(time_lag: TimeLag) -> str:
    return "-" if time_lag.seconds is None else duration(time_lag.seconds)


def sparkline(values: Sequence[int], width: int) -> str:
    """At most `width` blocks, each the highest of its share of `values`; the largest fills its cell."""
    count = min(width, len(values))
    shares = [values[i * len(values) // count : (i + 1) * len(values) // count] for i in range(count)]
    highest = [max(share) for share in shares]
    largest = max(highest, default=0)
    return "".join(_BLOCKS[0 if not largest else value * 7 // largest] for value in highest)
