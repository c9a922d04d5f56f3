"""A lag snapshot as text: a table for a terminal, plain lines for a pipe."""

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from eventq.core.lag import GroupLag, PartitionLag, Snapshot, Status
from eventq.views.columns import aligned

_BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STYLES = {Status.OK: "green", Status.NO_COMMIT: "yellow", Status.LOSS: "bold red", Status.ERROR: "red"}
_COLUMNS = (
    "topic",
    "partition",
    "log start",
    "committed",
    "end",
    "retained",
    "lag",
    "lost",
    "status",
    "member",
)
_TEXT_COLUMNS = frozenset({"topic", "status", "member", "group"})


def number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def rate(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004


def total(group: GroupLag) -> str:
    """The group's lag; `>= n` when a part of it is unknown."""
    if group.lag is not None:
        return number(group.lag)
    return f">= {number(group.known_lag)}" if group.counted else "unknown"


def bar(value: int | None, largest: int, width: int = _BAR) -> str:
    """A depth bar: `width` cells at the largest lag, at least a sliver for any lag at all."""
    if not value or largest <= 0:
        return ""
    eighths = max(1, round(value / largest * width * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def heading(group: GroupLag) -> str:
    members = "unknown" if group.member_count is None else str(group.member_count)
    parts = [f"group {group.group}", group.state or "unknown", group.type or "unknown", f"members {members}"]
    return "  ".join([*parts, *([f"assignor {group.assignor}"] if group.assignor else [])])


def summary(group: GroupLag) -> str:
    parts = [f"total lag {total(group)}"]
    if group.max_lag is not None:
        parts.append(f"max {number(group.max_lag)}")
    if group.lag_assumed:
        parts.append(f"assumed {number(group.lag_assumed)}")
    if group.lost:
        parts.append(f"lost {number(group.lost)}")
    return "  ".join(parts)


def notes(group: GroupLag) -> list[str]:
    """What must not be overlooked: errors first, then warnings."""
    failed = [f"error: {group.error}"] if group.error else []
    failed += [f"error: {p.topic}:{p.partition}: {p.error}" for p in group.partitions if p.error]
    return failed + [f"warning: {warning}" for warning in group.warnings]


def _cells(part: PartitionLag) -> list[str]:
    member = f"{part.member.client_id} {part.member.host}" if part.member else "-"
    end = number(part.end)
    if part.high_watermark not in (None, part.end):
        end += f" (high {number(part.high_watermark)})"
    figures = [number(part.log_start), number(part.committed), end, number(part.retained), number(part.lag)]
    lost = number(part.lost) if part.lost else "-"
    return [part.topic, str(part.partition), *figures, lost, part.status.value, member]


def table(snapshot: Snapshot, width: int, *, color: bool = True) -> str:
    """For a terminal `width` cells wide: a heading, a table with a depth bar and a total for each group."""
    out = StringIO()
    console = Console(file=out, force_terminal=color, width=width, legacy_windows=False, highlight=False)
    for group in snapshot.groups:
        console.print(_group_table(group, width), "")
    if not snapshot.groups:
        console.print("no groups")
    return out.getvalue()


def _group_table(group: GroupLag, width: int) -> Group:
    names = [name for name in _COLUMNS if _shown(name, width)]
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        grid.add_column(
            name, justify="left" if name in _TEXT_COLUMNS else "right", overflow="ellipsis", no_wrap=True
        )
        if name == "lag":
            grid.add_column("depth", no_wrap=True, min_width=_BAR)
    largest = max((p.lag or 0 for p in group.partitions), default=0)
    for part in group.partitions:
        grid.add_row(*_row(part, names, largest))
    below = [Text(line, style="red" if line.startswith("error") else "yellow") for line in notes(group)]
    return Group(Text(heading(group), style="bold"), grid, Text(summary(group), style="bold"), *below)


def _shown(name: str, width: int) -> bool:
    """The narrower the terminal the fewer columns; what is never left out is the answer."""
    needed = {"member": 130, "retained": 110, "lost": 90, "log start": 90}
    return width >= needed.get(name, 0)


def _row(part: PartitionLag, names: Iterable[str], largest: int) -> list[Text]:
    cells = dict(zip(_COLUMNS, _cells(part), strict=True))
    row: list[Text] = []
    for name in names:
        row.append(Text(cells[name], style=_STYLES.get(part.status, "magenta") if name == "status" else ""))
        if name == "lag":
            row.append(Text(bar(part.lag, largest), style="cyan"))
    return row


def lines(snapshot: Snapshot) -> str:
    """For a pipe: aligned columns, one line a partition, the group in each so that it can be grepped."""
    header = ["group", *_COLUMNS]
    rows = [
        [g.group, *(cell.replace(",", "") for cell in _cells(p))]
        for g in snapshot.groups
        for p in g.partitions
    ]
    out = aligned(header, rows, _TEXT_COLUMNS)
    for group in snapshot.groups:
        out.append(f"{heading(group)}  {summary(group)}".replace(",", ""))
        out.extend(notes(group))
    return "\n".join(out) + "\n"
