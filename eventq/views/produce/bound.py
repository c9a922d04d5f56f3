"""What a produce run shows of the bound of its queue."""

from typing import Any

from eventq.core import safe_text
from eventq.core.produce.queue_sample import BoundNow, BoundReport
from eventq.core.text import plural
from eventq.views.produce.figures import number, short


def bound_now(now: BoundNow | None) -> str:
    """What a progress line says of it."""
    if now is None:
        return ""
    lag = "?" if now.lag is None else f"{now.lag:,}"
    held = f", held: {now.binds}" if now.binds else ""
    return f", lag {lag} of {now.max_lag:,}{held}"


def short_bound(now: BoundNow | None) -> str:
    """The same where there is little room."""
    if now is None:
        return ""
    lag = "?" if now.lag is None else short(now.lag)
    return f" lag {lag}/{short(now.max_lag)}{' held' if now.binds else ''}"


def bound_lines(found: BoundReport) -> list[str]:
    bound = found.bound
    seen = "never known" if found.max_lag_seen is None else f"at most {found.max_lag_seen:,}"
    held = f"held for {found.held_seconds:.1f} s"
    limit = f"--max-lag {bound.max_lag:,} ({bound.on_full.value})"
    lines = [f"lag of group {safe_text.name(bound.group)}: {seen}, {limit}; {held}"]
    if bound.max_partition_lag is not None:
        lines.append(
            f"  of one partition at most {found.max_partition_lag_seen or 0:,}, "
            f"--max-lag-per-partition {bound.max_partition_lag:,}"
        )
    lines += [
        f"  {safe_text.line(why)}: {seconds:.1f} s" for why, seconds in found.holds.items() if why != "lag"
    ]
    if found.foreign:
        lines.append(f"  at least {plural(found.foreign, 'event', ',')} came from other producers")
    if found.broken_by is not None:
        lines.append(f"  the bound was broken by {_BROKEN_BY[found.broken_by]}")
    if found.ceiling is not None:
        lines.append(
            f"  the group commits every {found.commit_period:.1f} s: this bound lets at most "
            f"{number(found.ceiling)}/s through"
        )
    return lines


_BROKEN_BY = {
    "start": "a queue that was longer when the run began",
    "foreign": "events of other producers",
    "rewind": "a commit that went back",
    "unknown": "what the samples do not show",
}


def bound_document(found: BoundReport) -> dict[str, Any]:
    bound = found.bound
    return {
        "group": bound.group,
        "max_lag": bound.max_lag,
        "on_full": bound.on_full.value,
        "max_lag_seen": found.max_lag_seen,
        "max_lag_per_partition": bound.max_partition_lag,
        "max_partition_lag_seen": found.max_partition_lag_seen,
        "held_seconds": round(found.held_seconds, 3),
        "held_by": {why: round(seconds, 3) for why, seconds in found.holds.items()},
        "foreign": found.foreign,
        "bound_broken_by": found.broken_by,
        "commit_period_seconds": None if found.commit_period is None else round(found.commit_period, 3),
        "ceiling_rate": None if found.ceiling is None else round(found.ceiling, 3),
    }
