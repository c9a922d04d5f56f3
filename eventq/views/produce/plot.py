"""A planned load as a picture: the rate over time."""

from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter

from eventq.core.produce.planned_load import PlannedLoad
from eventq.core.text import plural

_SIZE = (10.0, 3.6)  # inches
_COLOR = "#1f4e79"
_MOST_MARKS = 50
_STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "svg.fonttype": "none",
    "svg.hashsalt": "eventq",
}


def picture(load: PlannedLoad, kind: str) -> bytes:
    """As `svg` or `png`."""
    out = BytesIO()
    with mpl.rc_context(_STYLE):
        _figure(load).savefig(out, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()


def _figure(load: PlannedLoad) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    times, rates = [at for at, _ in load.points], [rate for _, rate in load.points]
    axes.fill_between(times, rates, step="post", color=_COLOR, alpha=0.15, linewidth=0)
    axes.step(times, rates, where="post", color=_COLOR, linewidth=1.4)
    for planned in load.stages[1:_MOST_MARKS]:
        axes.axvline(planned.begin, color="#708090", linewidth=0.6, linestyle=":")
    total = "without end" if load.total is None else plural(load.total, "event", ",")
    axes.set_title(f"load (events/s): {total}", loc="left", fontweight="bold")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, times[-1] if times else 1)
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g} s"))
    return figure
