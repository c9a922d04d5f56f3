"""Whether a group keeps the limits that its owner named, and each way in which it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, trouble
from eventq.core.text import plural


@dataclass(frozen=True, slots=True)
class Limits:
    """None: not asked for. A breach is more than a limit, or fewer members; `warn_lag` is for plugins."""

    max_lag: int | None = None
    max_time_lag: float | None = None
    min_members: int | None = None
    warn_lag: int | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """`check` is lag, time-lag, members or offsets; `unknown`: it could not be told, and so does not pass."""

    check: str
    text: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What is checked; `time_lag` in seconds, None when it is unknown, `why` then says so."""

    group: GroupLag
    time_lag: float | None = None
    why: str | None = None


def measure(sample: Sample) -> Measured:
    """Of the one group of a sample, its time lag and, where that is unknown, why."""
    (group,) = sample.snapshot.groups
    parts = (sample.time_lag(group, part) for part in group.counted)
    why = next((f"{part.note}" for part in parts if part.seconds is None and part.note), None)
    return Measured(group, sample.group_time_lag(group).seconds, why)


class PluginState(IntEnum):
    """The states, and exit codes, of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def breaches(found: Measured, limits: Limits) -> tuple[Breach, ...]:
    """Every breach, the worst kind first: commits that nothing mends, then each limit."""
    group = found.group
    offsets = (Breach("offsets", text) for part in group.partitions if (text := trouble(part)))
    checks = (_lag(group, limits.max_lag), _time_lag(found, limits.max_time_lag))
    limited = (*checks, _members(group, limits.min_members))
    return (*offsets, *(breach for breach in limited if breach is not None))


def plugin_state(found: Measured, limits: Limits) -> PluginState:
    """What is unknown outranks a warning, but not a critical breach."""
    hit = breaches(found, limits)
    if any(not breach.unknown for breach in hit):
        return PluginState.CRITICAL
    warning = _lag(found.group, limits.warn_lag)
    if hit or (warning is not None and warning.unknown):
        return PluginState.UNKNOWN
    return PluginState.OK if warning is None else PluginState.WARNING


def _lag(group: GroupLag, limit: int | None) -> Breach | None:
    if limit is None or (group.lag is not None and group.lag <= limit):
        return None
    if group.lag is None and group.known_lag <= limit:
        return Breach("lag", f"lag is unknown: {next(_errors(group))}", unknown=True)
    least = "" if group.lag is not None else "at least "
    return Breach("lag", f"lag {least}{group.known_lag} is above {limit}{_largest(group)}")


def _errors(group: GroupLag) -> Iterator[str]:
    if group.error is not None:
        yield group.error
    yield from (f"{part.topic}:{part.partition}: {part.error}" for part in group.counted if part.error)
    yield "no partition of the group is known"


def _largest(group: GroupLag) -> str:
    largest = max(group.counted, key=lambda part: part.lag or 0)
    return f" (largest {largest.topic}:{largest.partition} with {largest.lag})"


def _time_lag(found: Measured, limit: float | None) -> Breach | None:
    if limit is None or (found.time_lag is not None and found.time_lag <= limit):
        return None
    if found.time_lag is None:
        why = found.why or next(_errors(found.group))
        return Breach("time-lag", f"time lag is unknown: {why}", unknown=True)
    return Breach("time-lag", f"the oldest unread record is {found.time_lag:.1f} s old, above {limit:g} s")


def _members(group: GroupLag, least: int | None) -> Breach | None:
    count = group.member_count
    if least is None or (count is not None and count >= least):
        return None
    if count is None:
        why = group.error or next(iter(group.warnings), "the client can't describe this group")
        return Breach("members", f"the number of members is unknown: {why}", unknown=True)
    return Breach("members", f"{plural(count, 'member')}, fewer than {least}")
