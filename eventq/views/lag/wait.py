"""What a wait for lag says: its line while it runs, what holds it up, and the document at its end."""

from collections.abc import Collection, Sequence
from typing import Any

from eventq.core import safe_text
from eventq.core.kafka import TopicPartition
from eventq.core.lag.wait import Held, WaitState
from eventq.core.text import plural
from eventq.views.columns import joined

_ROWS = 10
_NAMES = 3


def progress(group: str, state: WaitState | None, seconds: float, error: str | None) -> str:
    """One line, drawn again and again on a terminal."""
    return safe_text.line(f"{seconds:.0f} s  {safe_text.name(group)}: {error or where(state)}")


def reached(group: str, state: WaitState | None, seconds: float) -> str:
    return joined([f"{safe_text.name(group)}: {where(state)} after {seconds:.1f} s"])


def where(state: WaitState | None) -> str:
    if state is None:
        return "nothing could be read yet"
    if state.never is not None or state.reason is not None:
        return state.never or state.reason or ""
    lag = "unknown" if state.lag is None else f"{state.lag:,}"
    return f"lag {lag} in {len(state.held)} of {plural(len(state.commits), 'partition')}"


def held_lines(held: Sequence[Held], stuck: Collection[TopicPartition] = (), rows: int = _ROWS) -> list[str]:
    """The stuck partitions first, of these and of the others the deepest, and how many are left out."""
    shown = sorted(held, key=lambda row: row.key not in stuck)[:rows]
    lines = [safe_text.line(_held_line(row)) for row in shown]
    left = len(held) - rows
    return [*lines, f"and {plural(left, 'more partition')}"] if left > 0 else lines


def _held_line(row: Held) -> str:
    lag = "unknown" if row.lag is None else f"{row.lag:,}"
    owner = f"member {safe_text.name(row.member)}" if row.member else "no live member"
    return f"{row.topic}:{row.partition}  lag {lag}  {row.status.value}  {row.reason}  {owner}"


def stuck_in(held: Sequence[Held], stuck: Collection[TopicPartition]) -> str:
    """The deepest of the stuck partitions by name, and how many more there are."""
    names = [f"{row.topic}:{row.partition}" for row in held if row.key in stuck]
    left = len(names) - _NAMES
    more = f" and {plural(left, 'more partition')}" if left > 0 else ""
    return ", ".join(names[:_NAMES]) + more


def document(
    group: str,
    outcome: str,
    state: WaitState | None,
    seconds: float,
    error: str | None,
    stuck: Collection[TopicPartition] = (),
) -> dict[str, Any]:
    return {
        "group": group,
        "outcome": outcome,
        "reason": error or (state and (state.never or state.reason)),
        "seconds": round(seconds, 3),
        "lag": None if state is None else state.lag,
        "held_up_by": [_held_document(row, stuck=row.key in stuck) for row in (state.held if state else ())],
    }


def _held_document(row: Held, *, stuck: bool) -> dict[str, Any]:
    return {
        "topic": row.topic,
        "partition": row.partition,
        "committed": row.committed,
        "target": row.target,
        "lag": row.lag,
        "status": row.status.value,
        "reason": row.reason,
        "member": row.member,
        "stuck": stuck,
    }
