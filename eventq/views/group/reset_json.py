"""The plan of a reset, or what became of it, as a JSON document and as CSV: the same fields."""

from typing import Any

from eventq.core.group.reset import ResetPlan, ResetRow
from eventq.views.columns import rows_of_csv
from eventq.views.group.groups_json import member_documents

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
    return rows_of_csv(HEADER, ([plan.group, *_values(row)] for row in plan.rows))


def _values(row: ResetRow) -> list[int | str | None]:
    offsets = (row.bounds.log_start, row.bounds.end, row.committed, row.action.value, row.target)
    return [*row.key, *offsets, row.change, row.lag, row.note, row.error]
