"""The plan of a reset, or what became of it: lines or a table."""

from rich.console import RenderableType

from eventq.core.group.reset import Action, ResetPlan, ResetRow
from eventq.views.columns import aligned, digits, drawn, grid, joined, styled
from eventq.views.lag.lines import Number, number

_COLUMNS = ("topic", "partition", "log start", "end", "committed", "target", "change", "lag", "note")
_TEXT = frozenset({"topic", "note"})
_WIDE_COLUMNS = 100


def lines(plan: ResetPlan) -> str:
    return joined(aligned(_COLUMNS, [_cells(row, digits) for row in plan.rows], _TEXT))


def screen(plan: ResetPlan, width: int) -> str:
    """For a terminal: what is to be said of single partitions stands below the table."""
    shown = [
        n
        for n, name in enumerate(_COLUMNS[:-1])
        if width >= _WIDE_COLUMNS or name not in {"log start", "end"}
    ]
    rows = [[_cells(row, number)[n] for n in shown] for row in plan.rows]
    things: list[RenderableType] = [grid([_COLUMNS[n] for n in shown], rows, _TEXT)]
    for row in plan.rows:
        if told := _told(row):
            style = "red" if row.error else "yellow"
            things.append(styled(f"{row.key.topic}:{row.key.partition}: {told}", style))
    return drawn(width, things)


def _cells(row: ResetRow, number: Number) -> list[str]:
    target = "none" if row.action is Action.REMOVE else number(row.target)
    sign = "+" if (row.change or 0) >= 0 else "-"
    change = "-" if row.change is None else f"{sign}{number(abs(row.change))}"
    bounds = [number(row.bounds.log_start), number(row.bounds.end), number(row.committed)]
    return [row.key.topic, str(row.key.partition), *bounds, target, change, number(row.lag), _told(row)]


def _told(row: ResetRow) -> str:
    return f"error: {row.error}" if row.error else row.note or ""
