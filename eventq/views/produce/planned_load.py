"""A load before it is sent: what it adds up to, its stages, and how the rate goes."""

from typing import Any

from eventq.core.produce.planned_load import PlannedLoad, PlannedStage
from eventq.core.produce.stages import NANO
from eventq.core.text import duration, plural, size
from eventq.core.timestamps import rfc3339
from eventq.views.columns import drawn, joined, styled_line
from eventq.views.produce.figures import number
from eventq.views.produce.report import stage_text

_MOST_LINES = 20
_ROWS = 8
_BLOCKS = " ▁▂▃▄▅▆▇█"


def lines(load: PlannedLoad) -> str:
    """For a pipe."""
    return joined(_lines(load))


def chart_columns(width: int, peak: float) -> int:
    """How many points a chart has room for, beside its labels."""
    return max(1, width - _label_width(peak) - 1)


def chart(load: PlannedLoad, width: int) -> str:
    """For a terminal `width` cells wide, with a point for each of `chart_columns`."""
    rates = [rate for _, rate in load.points[:-1]]
    text = [styled_line(line) for line in _lines(load)]
    if not rates:
        return drawn(width, text)
    margin, highest = _label_width(load.peak), max(rates)
    labels = [f"{number(highest)}/s", *[""] * (_ROWS - 2), "0/s"]
    rows = [
        f"{label:>{margin}} {''.join(_cell(rate / highest if highest else 0.0, row) for rate in rates)}"
        for label, row in zip(labels, reversed(range(_ROWS)), strict=True)
    ]
    axis = f"{'':{margin}} 0 s{duration(load.points[-1][0]):>{max(0, len(rates) - 3)}}"
    return drawn(width, [*text, *(styled_line(row, "green") for row in rows), styled_line(axis, "dim")])


def _label_width(peak: float) -> int:
    """Arrivals by chance can be more than the rate says."""
    return len(f"{number(2 * peak)}/s")


def _cell(share: float, row: int) -> str:
    """The lowest row begins at one eighth where anything is sent at all."""
    eighths = max(1, round(share * _ROWS * 8)) if share > 0 else 0
    return _BLOCKS[min(8, max(0, eighths - 8 * row))]


def _lines(load: PlannedLoad) -> list[str]:
    total = "events without end" if load.total is None else plural(load.total, "event", ",")
    end = "" if load.end is None else f", the last due after {duration(load.end)}"
    volume = "" if load.bytes is None else f", about {size(load.bytes)} of keys and values"
    arrivals = ", at Poisson arrivals" if load.poisson else ""
    found = [f"{total}{end}", f"at most {number(load.peak)}/s{arrivals}{volume}"]
    if load.start is not None:
        found.append(f"starts at {rfc3339(load.start)}")
    if not load.shard.alone:
        part = "what its keys give it" if load.share is None else plural(load.share, "event", ",")
        found.append(f"shard {load.shard} sends {part}")
    found += [_stage(planned) for planned in load.stages[:_MOST_LINES] if planned.stage.duration is not None]
    if len(load.stages) > _MOST_LINES:
        found.append(f"and {len(load.stages) - _MOST_LINES} more stages")
    return [*found, *(["then from the first again"] if load.loop else [])]


def _stage(planned: PlannedStage) -> str:
    events = "" if planned.events is None else f", {plural(planned.events, 'event', ',')}"
    begin = duration(planned.begin) if planned.begin else "0 s"
    return f"stage {planned.number} at {begin}: {stage_text(planned.stage)}{events}"


def document(load: PlannedLoad) -> dict[str, Any]:
    """As docs/json.md describes it."""
    return {
        "total": load.total,
        "end_seconds": load.end,
        "peak_rate": load.peak,
        "bytes": load.bytes,
        "arrivals": "poisson" if load.poisson else "even",
        "loop": load.loop,
        "start_at": None if load.start is None else rfc3339(load.start),
        "shard": None if load.shard.alone else str(load.shard),
        "shard_total": load.share,
        "stages": [
            {
                "stage": planned.number,
                "begin_seconds": planned.begin,
                "duration_seconds": None if planned.stage.duration is None else planned.stage.duration / NANO,
                "first_rate": float(planned.stage.first),
                "last_rate": float(planned.stage.last),
                "events": planned.events,
            }
            for planned in load.stages
        ],
        "points": [{"seconds": at, "rate": round(rate, 3)} for at, rate in load.points],
    }
