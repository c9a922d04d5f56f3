"""A lag snapshot as tables for a terminal."""

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text

from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Status
from eventq.views.columns import drawn, styled
from eventq.views.lag.lines import (
    BAR,
    COLUMNS,
    TEXT_COLUMNS,
    answer,
    bar,
    cells,
    heading,
    notes,
    summary,
    undated,
)
from eventq.views.lag.trend import STYLES

_STYLES = {Status.OK: "green", Status.NO_COMMIT: "yellow", Status.LOSS: "bold red", Status.ERROR: "red"}


def table(sample: Sample, width: int, *, color: bool = True) -> str:
    """For a terminal `width` cells wide: a heading, a table with a depth bar and a total for each group."""
    groups = [_group_table(sample, group, width) for group in sample.snapshot.groups]
    return drawn(width, [thing for group in groups for thing in (group, "")] or ["no groups"], color=color)


def _group_table(sample: Sample, group: GroupLag, width: int) -> Group:
    names = [name for name in COLUMNS if _shown(name, width, dated=bool(sample.time_lags))]
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        grid.add_column(
            name, justify="left" if name in TEXT_COLUMNS else "right", overflow="ellipsis", no_wrap=True
        )
        if name == "lag":
            grid.add_column("depth", no_wrap=True, min_width=BAR)
    largest = max((p.lag or 0 for p in group.partitions), default=0)
    for part in group.partitions:
        grid.add_row(*_row(cells(sample, group, part), part, names, largest))
    said = [*notes(group), *undated(sample, group)]
    below = [styled(line, "red" if line.startswith("error") else "yellow") for line in said]
    total = styled(summary(group), "bold")
    total.append(styled(answer(sample, group), STYLES[sample.trend(group).total.judgement.verdict]))
    return Group(styled(heading(group), "bold"), grid, total, *below)


def _shown(name: str, width: int, *, dated: bool) -> bool:
    """The narrower the terminal the fewer columns; what is never left out is the answer."""
    needed = {"member": 130, "retained": 110, "verdict": 110, "lost": 90, "log start": 90}
    return width >= needed.get(name, 0) and (dated or name != "time lag")


def _row(figures: list[str], part: PartitionLag, names: Iterable[str], largest: int) -> list[Text]:
    texts = dict(zip(COLUMNS, figures, strict=True))
    row: list[Text] = []
    for name in names:
        row.append(styled(texts[name], _STYLES.get(part.status, "magenta") if name == "status" else ""))
        if name == "lag":
            row.append(styled(bar(part.lag, largest), "cyan"))
    return row
