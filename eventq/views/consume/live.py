"""The live view of a group: a table sized to the terminal, a row for each member."""

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table

from eventq.core import safe_text
from eventq.core.consume.report import GroupNow, MemberNow
from eventq.core.text import plural
from eventq.views.columns import styled, styled_line
from eventq.views.consume.report import ranges, rate

_FRAME_LINES = 7


def frame(now: GroupNow, width: int, height: int) -> Stack:
    """A row per member, as many as fit, the furthest behind first if not all do.

    The last line leaves room for the `^C` that a terminal adds: a line more, and the next frame would slip.
    """
    room = max(1, height - _FRAME_LINES)
    members = now.members
    if len(members) > room:
        members = tuple(sorted(members, key=lambda member: -(member.lag or 0))[: room - 1])
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, width=min(width - 2, 120), expand=True)
    for name in ("member", "pid", "state", "received", "per s", "depth", "last", "partitions"):
        right = name in {"member", "pid", "received", "per s", "depth", "last"}
        table.add_column(name, justify="right" if right else "left", no_wrap=True, overflow="ellipsis")
    for member in members:
        table.add_row(*map(styled, _cells(member)))
    left_out = len(now.members) - len(members)
    parts: list[RenderableType] = [styled_line(_names(now)), styled_line(_totals(now)), table]
    if left_out:
        parts.append(styled(f"and {plural(left_out, 'more member')}", "dim"))
    return Stack(*parts)


def _cells(member: MemberNow) -> tuple[str, ...]:
    last = "-" if member.last is None else f"{member.last[0]}/{member.last[1]}"
    return (
        str(member.number),
        "-" if member.pid is None else str(member.pid),
        member.state,
        f"{member.received:,}",
        rate(member.rate),
        "-" if member.lag is None else f"{member.lag:,}",
        last,
        ranges(member.partitions),
    )


def _names(now: GroupNow) -> str:
    return f"{now.topic} · group {safe_text.name(now.group)}" + (f" · {now.goal}" if now.goal else "")


def _totals(now: GroupNow) -> str:
    malformed = f" · {now.malformed:,} malformed" if now.malformed else ""
    return (
        f"{now.processed:,} processed · {rate(now.rate)}/s · queue depth "
        f"{'?' if now.lag is None else f'{now.lag:,}'} · {plural(now.rebalances, 'rebalance')}{malformed}"
    )
