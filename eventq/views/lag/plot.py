"""A recording of lag as a picture: a row for each group with its lag, rates and time lag over time."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from html import escape
from io import BytesIO
from math import isnan
from typing import Any
from warnings import catch_warnings, simplefilter

import matplotlib as mpl
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter

from eventq.core import safe_text
from eventq.core.kafka import TopicPartition
from eventq.core.lag.plot import Column, GroupChart

_WIDTH, _ROW = 15.0, 3.2  # inches
_TOTAL, _ARRIVAL, _CONSUME, _AGE = "#1f4e79", "#d9822b", "#1f4e79", "#7a3e9d"
_PARTITIONS = ("#c23b22", "#2e8b57", "#b8860b", "#708090")
_UNKNOWN = ": unknown"
_STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "text.parse_math": False,  # a $ in a name is a $
    "svg.fonttype": "none",
    "svg.hashsalt": "eventq",
}


def picture(charts: Sequence[GroupChart], kind: str) -> bytes:
    """The charts as `svg`, `png` or `html`, a page that needs nothing else."""
    if kind == "html":
        return _page(charts).encode()
    out = BytesIO()
    with mpl.rc_context(_STYLE), catch_warnings():
        simplefilter("ignore")  # a name in letters that the font lacks is drawn as boxes
        _figure(charts).savefig(out, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()


def _figure(charts: Sequence[GroupChart]) -> Figure:
    figure = Figure(figsize=(_WIDTH, _ROW * len(charts)), layout="constrained")
    grid = figure.subplots(len(charts), 3, squeeze=False)
    for chart, (lag, rates, age) in zip(charts, grid, strict=True):
        times = [datetime.fromtimestamp(at, timezone.utc) for at in chart.times]
        _lag(lag, times, chart)
        _rates(rates, times, chart)
        _age(age, times, chart)
        for axes in (lag, rates, age):
            _dress(axes, times)
    return figure


def _lag(axes: Any, times: list[datetime], chart: GroupChart) -> None:
    axes.set_title(f"{safe_text.name(chart.group)}: lag (records)", loc="left", fontweight="bold")
    axes.fill_between(times, chart.lag, color=_TOTAL, alpha=0.12, linewidth=0)
    _line(axes, times, chart.lag, "total", _TOTAL, 1.8)
    for (key, values), color in zip(chart.hottest, _PARTITIONS, strict=False):
        _line(axes, times, values, _label(key), color, 1.0)
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))


def _label(key: TopicPartition) -> str:
    """The legend leaves out what begins with an underscore."""
    name = safe_text.line(f"{key.topic}:{key.partition}")
    return f" {name}" if name.startswith("_") else name


def _rates(axes: Any, times: list[datetime], chart: GroupChart) -> None:
    axes.set_title("rates (records/s)", loc="left")
    _line(axes, times, chart.arrival, "arrival", _ARRIVAL, 1.4)
    _line(axes, times, chart.consume, "consume", _CONSUME, 1.4)
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))


def _age(axes: Any, times: list[datetime], chart: GroupChart) -> None:
    axes.set_title("time lag", loc="left")
    _line(axes, times, chart.time_lag, "oldest unread record", _AGE, 1.4)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _span(seconds)))


def _line(axes: Any, times: list[datetime], values: Column, label: str, color: str, width: float) -> None:
    """A figure that was never known is named as such instead of an empty frame."""
    known = [not isnan(value) for value in values]
    name = label if any(known) else f"{label}{_UNKNOWN}"
    alone = "o" if sum(known) == 1 else None
    axes.plot(times, values, label=name, color=color, linewidth=width, marker=alone)


def _dress(axes: Any, times: list[datetime]) -> None:
    """The same time for all three, also where a figure was never known."""
    axes.set_ylim(bottom=0)
    margin = timedelta(seconds=0 if times[0] < times[-1] else 1)
    axes.set_xlim(times[0] - margin, times[-1] + margin)
    if all(line.get_label().endswith(_UNKNOWN) for line in axes.lines):
        axes.set_yticks([])
    locator = AutoDateLocator(tz=timezone.utc, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=timezone.utc)  # type: ignore[no-untyped-call]
    formatter.offset_formats = ["UTC", *(f"{text} UTC" for text in formatter.offset_formats[1:])]
    axes.xaxis.set_major_formatter(formatter)
    axes.legend(loc="upper left", fontsize=7, frameon=False)


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _page(charts: Sequence[GroupChart]) -> str:
    drawing = picture(charts, "svg").decode()
    rows = "".join(_table_row(chart) for chart in charts)
    return (
        "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><title>eventq lag</title>\n"
        "<style>body{font:14px sans-serif;margin:2em}svg{width:100%;height:auto}"
        "table{border-collapse:collapse}td,th{padding:.2em 1em .2em 0;text-align:left}</style>\n"
        "<h1>Lag</h1>\n<table><tr><th>group<th>lag at the end<th>largest<th>verdict at the end"
        f"{rows}</table>\n{drawing[drawing.index('<svg') :]}</html>\n"
    )


def _table_row(chart: GroupChart) -> str:
    end = "unknown" if chart.last is None or chart.last.lag is None else f"{chart.last.lag:,}"
    found = chart.trend.judgement
    verdict = f"{found.verdict.value}: {found.evidence}" if found.verdict else "unknown"
    cells = (safe_text.name(chart.group), end, f"{chart.deepest:,.0f}", verdict)
    return "<tr>" + "".join(f"<td>{escape(safe_text.line(cell))}" for cell in cells)
