"""The plan of a reset, or what became of it: lines or a table."""

from rich.console import RenderableType
from rich.text import Text

from eventq.core.group.reset import Action, ResetPlan, ResetRow
from eventq.views.columns import aligned, drawn, grid
from eventq.views.lag.lines import number

_COLUMNS = ("topic", "partition", "log start", "end", "committed", "target", "change", "lag", "note")
_TEXT = frozenset({"topic", "note"})
_WIDE_COLUMNS = 100


def lines(plan: ResetPlan) -> str:
    rows = [[cell.replace(",", "") for cell in _cells(row)[:-1]] + [_cells(row)[-1]] for row in plan.rows]
    return "\n".join(aligned(_COLUMNS, rows, _TEXT)) + "\n"


def screen(plan: ResetPlan, width: int) -> str:
    """For a terminal: what is to be said of single partitions stands below the table."""
    shown = [
        n
        for n, name in enumerate(_COLUMNS[:-1])
        if width >= _WIDE_COLUMNS or name not in {"log start", "end"}
    ]
    rows = [[_cells(row)[n] for n in shown] for row in plan.rows]
    things: list[RenderableType] = [grid([_COLUMNS[n] for n in shown], rows, _TEXT)]
    for row in plan.rows:
        if told := _cells(row)[-1]:
            style = "red" if row.error else "yellow"
            things.append(Text(f"{row.key.topic}:{row.key.partition}: {told}", style=style))
    return drawn(width, things)


def _cells(row: ResetRow) -> list[str]:
    target = "none" if row.action is Action.REMOVE else number(row.target)
    change = "-" if row.change is None else f"{row.change:+,}"
    bounds = [number(row.bounds.log_start), number(row.bounds.end), number(row.committed)]
    told = f"error: {row.error}" if row.error else row.note or ""
    return [row.key.topic, str(row.key.partition), *bounds, target, change, number(row.lag), told]
