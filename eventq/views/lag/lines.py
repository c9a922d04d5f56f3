"""A lag snapshot in plain lines for a pipe, and the words that it shares with the tables."""

from collections.abc import Callable
from typing import TypeAlias

from eventq.core import safe_text
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag
from eventq.views.columns import aligned, digits, joined
from eventq.views.lag.trend import age, verdict

BAR = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"
COLUMNS = (
    "topic",
    "partition",
    "log start",
    "committed",
    "end",
    "retained",
    "lag",
    "lost",
    "time lag",
    "status",
    "verdict",
    "member",
)
TEXT_COLUMNS = frozenset({"topic", "status", "verdict", "member", "group"})


Number: TypeAlias = Callable[[int | None], str]
"""How numbers are written: `number` for a terminal, `digits` for a pipe."""


def number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def rate(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004


def total(group: GroupLag, number: Number = number) -> str:
    """The group's lag; `>= n` when a part of it is unknown."""
    if group.lag is not None:
        return number(group.lag)
    return f">= {number(group.known_lag)}" if group.counted else "unknown"


def bar(value: int | None, largest: int, width: int = BAR) -> str:
    """A depth bar: `width` cells at the largest lag, at least a sliver for any lag at all."""
    if not value or largest <= 0:
        return ""
    eighths = max(1, round(value / largest * width * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def heading(group: GroupLag) -> str:
    members = "unknown" if group.member_count is None else str(group.member_count)
    parts = [
        f"group {safe_text.name(group.group)}",
        group.state or "unknown",
        group.type or "unknown",
        f"members {members}",
    ]
    return "  ".join([*parts, *([f"assignor {safe_text.name(group.assignor)}"] if group.assignor else [])])


def summary(group: GroupLag, number: Number = number) -> str:
    parts = [f"total lag {total(group, number)}"]
    if group.max_lag is not None:
        parts.append(f"max {number(group.max_lag)}")
    if group.lag_assumed:
        parts.append(f"assumed {number(group.lag_assumed)}")
    if group.lost:
        parts.append(f"lost {number(group.lost)}")
    return "  ".join(parts)


def answer(sample: Sample, group: GroupLag) -> str:
    """What the figures come to: the age if it was asked for, the verdict if one sample can tell it."""
    text, judgement = "", sample.trend(group).total.judgement
    if sample.time_lags:
        text += f"  time lag {age(sample.group_time_lag(group))}"
    if judgement.verdict is not None:
        text += f"  {judgement.verdict.value}: {judgement.evidence}"
    return text


def undated(sample: Sample, group: GroupLag) -> list[str]:
    """Why a time lag that was asked for is unknown, or odd; that nothing readable is left is a warning."""
    found = [(part, sample.time_lag(group, part)) for part in group.partitions]
    return [
        f"time lag of {part.topic}:{part.partition}: {one.note}"
        for part, one in found
        if one.note and not one.empty
    ]


def notes(group: GroupLag) -> list[str]:
    """What must not be overlooked: errors first, then warnings."""
    failed = [f"error: {group.error}"] if group.error else []
    failed += [f"error: {p.topic}:{p.partition}: {p.error}" for p in group.partitions if p.error]
    return failed + [f"warning: {warning}" for warning in group.warnings]


def cells(sample: Sample, group: GroupLag, part: PartitionLag, number: Number = number) -> list[str]:
    member = " ".join(map(safe_text.name, (part.member.client_id, part.member.host))) if part.member else "-"
    end = number(part.end)
    if part.high_watermark not in (None, part.end):
        end += f" (high {number(part.high_watermark)})"
    figures = [number(part.log_start), number(part.committed), end, number(part.retained), number(part.lag)]
    lost = number(part.lost) if part.lost else "-"
    judged = verdict(sample.trend(group).of(part).judgement)
    old = age(sample.time_lag(group, part))
    return [part.topic, str(part.partition), *figures, lost, old, part.status.value, judged, member]


def lines(sample: Sample) -> str:
    """For a pipe: aligned columns, one line a partition, the group in each so that it can be grepped."""
    header = ["group", *COLUMNS]
    rows = [
        [safe_text.name(g.group), *cells(sample, g, p, digits)]
        for g in sample.snapshot.groups
        for p in g.partitions
    ]
    out = aligned(header, rows, TEXT_COLUMNS)
    for group in sample.snapshot.groups:
        out.append(f"{heading(group)}  {summary(group, digits)}{answer(sample, group)}")
        out.extend([*notes(group), *undated(sample, group)])
    return joined(out)
