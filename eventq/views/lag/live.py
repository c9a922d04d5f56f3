"""The live view of lag: one frame sized to the terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag
from eventq.core.lag.trend import GroupTrend
from eventq.core.timestamps import rfc3339
from eventq.views.columns import styled, styled_line
from eventq.views.lag.lines import bar, heading, notes, number, rate, total
from eventq.views.lag.trend import STYLES, age, eta, sparkline, verdict

_FRAME_LINES = 2  # the title and the last line
_DEPTH = 10
_COLUMNS = {
    "topic": 0, "part": 0, "committed": 130, "end": 130, "lag": 0, "depth": 0, "arrive/s": 0, "consume/s": 0,
    "time lag": 100, "ETA": 100, "verdict": 0, "status": 0,
}  # fmt: skip
"""Each with the width from which it is shown."""
_TEXT = frozenset({"topic", "depth", "verdict", "status"})


def frame(sample: Sample, width: int, height: int) -> RenderableType:
    """At most `height` lines: each group's heading and total, then its deepest partitions as room allows."""
    snapshot, error = sample.snapshot, sample.error
    title = styled_line(f"eventq lag watch  {rfc3339(snapshot.at)}", "reverse")
    if error is not None:
        title = styled_line(f"STALE since {rfc3339(snapshot.at)}: {error}", "bold red")
    body: list[RenderableType] = [styled_line(f"error: {text}", "red") for text in snapshot.errors[:1]]
    room = max(1, height - _FRAME_LINES - len(body))
    groups = sorted(snapshot.groups, key=lambda group: -group.known_lag)
    shown = 0
    for group in groups:
        lines, rows = _group(sample, group, width, room)
        body += lines
        shown += rows
        room -= len(lines) + rows  # the table is one of the lines: its header
    everything = sum(len(group.partitions) for group in groups)
    return Group(title, *body, _last(shown, everything, len(groups)))


def _group(sample: Sample, group: GroupLag, width: int, room: int) -> tuple[list[RenderableType], int]:
    """The group's lines and how many partitions they show; nothing when not even its figures fit."""
    head = [
        styled_line(heading(group), "bold"),
        _judged(sample.trend(group), width),
        styled_line(_figures(sample, group, width), "bold"),
    ]
    if room < len(head):
        return [], 0
    warned: list[RenderableType] = [
        styled_line(text, "yellow") for text in notes(group)[:1] if room > len(head) + 1
    ]
    advice = sample.advice.get(group.group)
    if advice is not None and room > len(head) + len(warned) + 1:
        head.append(styled_line(f"advice: {advice.answer}", "cyan"))
    space = room - len(head) - len(warned) - 1
    parts = sorted(group.partitions, key=lambda p: (-(p.lag or 0), p.key))[: max(0, space)]
    if not parts:
        return [*head, *warned], 0
    return [*head, *warned, _table(sample, group, parts, width)], len(parts)


def _figures(sample: Sample, group: GroupLag, width: int) -> str:
    """One line of what fits, the most asked for first."""
    trend, rates = sample.trend(group), sample.trend(group).total.rates
    parts = [
        f"total lag {total(group)}",
        f"ETA {eta(trend.total.eta)}",
        f"time lag {age(sample.group_time_lag(group))}",
        *([f"lost {number(group.lost)}"] if group.lost else []),
        f"arrival {rate(rates.arrival)}/s",
        f"consume {rate(rates.consume)}/s",
        *([f"max {number(group.max_lag)}"] if group.max_lag else []),
        *([f"skew {trend.skew:.1f}"] if trend.skew is not None else []),
        *([f"hottest {trend.hottest.topic}:{trend.hottest.partition}"] if trend.hottest else []),
        *([f"assumed {number(group.lag_assumed)}"] if group.lag_assumed else []),
    ]
    line = parts[0]
    for part in parts[1:]:
        if len(line) + 2 + len(part) > width:
            break
        line += f"  {part}"
    return line


def _judged(trend: GroupTrend, width: int) -> Text:
    """Verdict, lag over the window, evidence."""
    judgement = trend.total.judgement
    line = styled_line(f"{verdict(judgement):<6}", STYLES[judgement.verdict])
    line.append(f" {sparkline(trend.lags, width // 8)}", "cyan")
    return line.append(styled(f" {judgement.evidence or 'not known now'}", "default"))


def _table(sample: Sample, group: GroupLag, parts: list[PartitionLag], width: int) -> Table:
    """The wider the terminal the more columns."""
    largest = max((p.lag or 0 for p in group.partitions), default=0)
    names = [name for name, needed in _COLUMNS.items() if width >= needed]
    grid = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", width=width)
    for name in names:
        grid.add_column(
            name,
            justify="left" if name in _TEXT else "right",
            no_wrap=True,
            overflow="ellipsis",
            ratio=1 if name == "topic" else None,
            width=_DEPTH if name == "depth" else None,
        )
    for part in parts:
        cells = _cells(sample, group, part, largest)
        grid.add_row(*(cells[name] for name in names))
    return grid


def _cells(sample: Sample, group: GroupLag, part: PartitionLag, largest: int) -> dict[str, Text]:
    trend = sample.trend(group).of(part)
    cells = {
        "topic": part.topic,
        "part": str(part.partition),
        "committed": number(part.committed),
        "end": number(part.end),
        "lag": number(part.lag),
        "depth": bar(part.lag, largest),
        "arrive/s": rate(trend.rates.arrival),
        "consume/s": rate(trend.rates.consume),
        "time lag": age(sample.time_lag(group, part)),
        "ETA": eta(trend.eta),
        "verdict": verdict(trend.judgement),
        "status": part.status.value,
    }
    styles = {"depth": "cyan", "verdict": STYLES[trend.judgement.verdict]}
    return {name: styled(cell, styles.get(name, "")) for name, cell in cells.items()}


def _last(shown: int, everything: int, groups: int) -> Text:
    left = (
        f"{everything - shown} of {everything} partitions not shown (largest lag first)  "
        if shown < everything
        else ""
    )
    waiting = "waiting for the group  " if not groups else ""
    return styled_line(f"{waiting}{left}q quits", "dim")
