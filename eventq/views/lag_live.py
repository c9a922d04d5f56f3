"""The live view of lag: one frame sized to the terminal, redrawn in place on the alternate screen."""

from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from typing_extensions import Self

from eventq.core.lag import GroupLag, PartitionLag
from eventq.core.sample import Sample
from eventq.core.trend import Rates
from eventq.views.lag import bar, heading, notes, number, rate, summary
from eventq.views.lag_json import at

_CHROME = 2  # the title and the last line


def frame(sample: Sample, width: int, height: int) -> RenderableType:
    """At most `height` lines: each group's heading and total, then its deepest partitions as room allows."""
    snapshot, error = sample.snapshot, sample.error
    title = Text(f"eventq lag watch  {at(snapshot.at)}", style="reverse", no_wrap=True, overflow="ellipsis")
    if error is not None:
        title = Text(
            f"STALE since {at(snapshot.at)}: {error}", style="bold red", no_wrap=True, overflow="ellipsis"
        )
    body: list[RenderableType] = [_line(f"error: {text}", "red") for text in snapshot.errors[:1]]
    room = max(1, height - _CHROME - len(body))
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
    """The group's lines and how many partitions they show; nothing when not even the heading fits."""
    head = [
        _line(heading(group), "bold"),
        _line(f"{summary(group)}  {_flow(sample.trend(group).total.rates)}", "bold"),
    ]
    if room < len(head):
        return [], 0
    warned: list[RenderableType] = [
        _line(text, "yellow") for text in notes(group)[:1] if room > len(head) + 1
    ]
    space = room - len(head) - len(warned) - 1
    parts = sorted(group.partitions, key=lambda p: (-(p.lag or 0), p.key))[: max(0, space)]
    if not parts:
        return [*head, *warned], 0
    largest = max((p.lag or 0 for p in group.partitions), default=0)
    return [*head, *warned, _table(sample, group, parts, largest, width)], len(parts)


def _table(sample: Sample, group: GroupLag, parts: list[PartitionLag], largest: int, width: int) -> Table:
    wide = width >= 110  # noqa: PLR2004 - where offsets fit beside lag and rates
    grid = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", width=width)
    grid.add_column("topic", no_wrap=True, overflow="ellipsis", ratio=1)
    names = ["part", *(["committed", "end"] if wide else []), "lag"]
    for name in names:
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("depth", no_wrap=True, width=10)
    for name in ("arrive/s", "consume/s", "status"):
        grid.add_column(name, justify="left" if name == "status" else "right", no_wrap=True)
    for part in parts:
        offsets = [number(part.committed), number(part.end)] if wide else []
        own = sample.trend(group).of(part).rates
        figures = [str(part.partition), *offsets, number(part.lag), bar(part.lag, largest)]
        grid.add_row(part.topic, *figures, rate(own.arrival), rate(own.consume), part.status.value)
    return grid


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _flow(rates: Rates) -> str:
    return f"arrival {rate(rates.arrival)}/s  consume {rate(rates.consume)}/s"


def _last(shown: int, everything: int, groups: int) -> Text:
    left = (
        f"{everything - shown} of {everything} partitions not shown (deepest first)  "
        if shown < everything
        else ""
    )
    waiting = "waiting for the group  " if not groups else ""
    return _line(f"{waiting}{left}q quits", "dim")


class LiveView:
    """The screen, taken on entry and always given back."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, sample: Sample) -> None:
        width, height = self._console.size
        self._live.update(frame(sample, width, height), refresh=True)
