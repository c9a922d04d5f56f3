"""What a check of limits says: lines, a document, or the one line of a monitoring plugin."""

from collections.abc import Sequence
from typing import Any

from eventq.core import safe_text
from eventq.core.lag.check import Breach, Limits, Measured, PluginState
from eventq.views.columns import joined


def lines(found: Measured, hit: Sequence[Breach]) -> str:
    """A line for each breach, or one that says all is well."""
    name = safe_text.name(found.group.group)
    text = [f"{name}: {breach.text}" for breach in hit] or [f"{name}: ok, {_summary(found)}"]
    return joined(text)


def _summary(found: Measured) -> str:
    group = found.group
    lag = f"lag {group.lag}" if group.lag is not None else f"lag at least {group.known_lag}"
    members = "unknown" if group.member_count is None else str(group.member_count)
    age = "" if found.time_lag is None else f", time lag {found.time_lag:.1f} s"
    return f"{lag}{age}, members {members}"


def document(found: Measured, limits: Limits, hit: Sequence[Breach]) -> dict[str, Any]:
    return {
        "group": found.group.group,
        "ok": not hit,
        "lag": found.group.lag,
        "time_lag_seconds": found.time_lag,
        "member_count": found.group.member_count,
        "limits": {
            "max_lag": limits.max_lag,
            "max_time_lag_seconds": limits.max_time_lag,
            "min_members": limits.min_members,
        },
        "breaches": [
            {"check": breach.check, "unknown": breach.unknown, "text": breach.text} for breach in hit
        ],
    }


def plugin_line(state: PluginState, found: Measured, limits: Limits, hit: Sequence[Breach]) -> str:
    """`LAG OK - text | label=value;warn;crit;min …`: one line, `U` for an unknown value."""
    said = "; ".join(breach.text for breach in hit) or _summary(found)
    values = [_value("lag", found.group.lag, limits.warn_lag, limits.max_lag)]
    if limits.max_time_lag is not None:
        values.append(_value("time_lag", found.time_lag, None, f"{limits.max_time_lag:g}", "s"))
    if limits.min_members is not None:
        values.append(_value("members", found.group.member_count, None, f"{limits.min_members}:"))
    return f"{plugin_text(state, f'{safe_text.name(found.group.group)} {said}')} | {' '.join(values)}"


def plugin_text(state: PluginState, text: str) -> str:
    """A bar or a new line in a name would begin another part of the plugin's output."""
    said = safe_text.line(text).replace("|", "\\x7c")
    return f"LAG {state.name} - {said}"


def _value(label: str, value: float | None, warn: object, critical: object, unit: str = "") -> str:
    number = "U" if value is None else f"{value:.10g}{unit}"
    limits = ";".join("" if limit is None else str(limit) for limit in (warn, critical))
    return f"{label}={number};{limits};0"
