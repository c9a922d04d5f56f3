"""The plan of a reset, or what became of it: lines, a table, JSON and CSV."""

import csv
from io import StringIO
from typing import Any

from rich.console import Console
from rich.text import Text

from eventq.core.group_reset import Action, ResetPlan, ResetRow
from eventq.views.columns import aligned, grid
from eventq.views.groups import member_documents
from eventq.views.lag import number

_COLUMNS = ("topic", "partition", "log start", "end", "committed", "target", "change", "lag", "note")
_TEXT = frozenset({"topic", "note"})
HEADER = (
    "group", "topic", "partition", "log_start", "end", "committed", "action", "target", "change", "lag",
    "note", "error",
)  # fmt: skip


def document(plan: ResetPlan) -> dict[str, Any]:
    return {
        "group": plan.group,
        "state": plan.state,
        "members": member_documents(plan.members),
        "refusal": None if plan.refusal is None else str(plan.refusal),
        "executed": plan.executed,
        "partitions": [dict(zip(HEADER[1:], _values(row), strict=True)) for row in plan.rows],
    }


def table(plan: ResetPlan) -> str:
    """CSV; `committed` is what --from-csv puts back. An unknown number is an empty field."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([plan.group, *_values(row)] for row in plan.rows)
    return out.getvalue()


def _values(row: ResetRow) -> list[int | str | None]:
    offsets = (row.bounds.log_start, row.bounds.end, row.committed, row.action.value, row.target)
    return [*row.key, *offsets, row.change, row.lag, row.note, row.error]


def lines(plan: ResetPlan) -> str:
    rows = [[cell.replace(",", "") for cell in _cells(row)[:-1]] + [_cells(row)[-1]] for row in plan.rows]
    return "\n".join(aligned(_COLUMNS, rows, _TEXT)) + "\n"


def screen(plan: ResetPlan, width: int) -> str:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=width, legacy_windows=False, highlight=False)
    rows = [[Text(cell, style="red" if row.error else "") for cell in _cells(row)] for row in plan.rows]
    console.print(grid(_COLUMNS, rows, _TEXT))
    return out.getvalue()


def _cells(row: ResetRow) -> list[str]:
    target = "none" if row.action is Action.REMOVE else number(row.target)
    change = "-" if row.change is None else f"{row.change:+,}"
    bounds = [number(row.bounds.log_start), number(row.bounds.end), number(row.committed)]
    told = f"error: {row.error}" if row.error else row.note or ""
    return [row.key.topic, str(row.key.partition), *bounds, target, change, number(row.lag), told]
