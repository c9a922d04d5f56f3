"""An advice in sentences: the answer first, then what it rests on, and what is not known and why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from eventq.core import safe_text
from eventq.core.lag import assignors
from eventq.core.lag.advice import UTILISATION, Advice, Helps, Hot, KeyShare, RetentionClock, Target
from eventq.core.lag.measure import GroupMeasurement
from eventq.core.text import duration, plural

_MOST_COUNTS = 12
_AGAIN = "ask again when it has read for a while"


def explained(
    advice: Advice, measured: GroupMeasurement, target: Target | None, clocks: Sequence[RetentionClock]
) -> Advice:
    """The same with its evidence."""
    lines = [
        _answer(advice, measured, target),
        *_rates(advice, measured),
        *_partition_notes(measured),
        *_hot(advice),
        *_staircase(advice, measured),
        *_waiting(advice, measured),
        *_floor(advice, measured, target),
        *_clocks(clocks),
    ]
    return replace(advice, evidence=tuple(lines))


def rate(value: float) -> str:
    return f"{value:,.1f}/s" if value < 100 else f"{value:,.0f}/s"  # noqa: PLR2004


def key_text(key: bytes | None) -> str:
    if key is None:
        return "records without a key"
    return f"key {safe_text.name(key.decode('utf-8', 'backslashreplace'))}"


def _answer(advice: Advice, measured: GroupMeasurement, target: Target | None) -> str:
    if advice.hot is not None:
        return _too_much(advice, advice.hot)
    unknown = _unknown(advice, measured)
    if unknown is not None:
        return unknown
    if advice.keep_up is None:
        return "More members do not help: range gives one member partitions of every topic."
    if target is not None and advice.drain is None:
        return _not_in_time(advice, target)
    return _count(advice, measured, target)


def _too_much(advice: Advice, hot: Hot) -> str:
    share = "more than a member can read" if hot.share is None else f"{hot.share:.0%} of all that arrives"
    if advice.helps is Helps.PARTITIONS:
        return f"More members do not help, more partitions do: partition {hot.name} gets {share}."
    return f"Neither members nor partitions help: partition {hot.name} gets {share}."


def _unknown(advice: Advice, measured: GroupMeasurement) -> str | None:
    """Why there is no answer, and what to do next."""
    return _unread(measured) or _unmeasured(advice, measured) or _unsimulated(measured)


def _unread(measured: GroupMeasurement) -> str | None:
    group = measured.group
    if group.error is not None:
        return f"No advice: the group can't be read: {group.error}."
    if not measured.partitions:
        return "No advice: the group reads no partition that exists; is its topic still there?"
    if group.member_count == 0:
        return "No advice: the group has no members; start its consumers, then ask again."
    if group.member_count is None:
        return "No advice: the group's members can't be read, so nothing says what one of them does."
    missing = next((part for part in measured.partitions if part.arrival is None), None)
    if missing is None:
        return None
    return f"No advice: what arrives in {missing.name} is not known: {missing.why}."


def _unsimulated(measured: GroupMeasurement) -> str | None:
    group = measured.group
    if not assignors.is_known(group.assignor):
        name = f"its assignor {safe_text.name(group.assignor)}" if group.assignor else "its assignor"
        return f"No number of members: {name} is not known here, so neither is what members would get."
    if len({frozenset(one.member.topics) for one in measured.members}) > 1:
        return "No number of members: they read different topics, so what one more would read is unknown."
    return None


def _unmeasured(advice: Advice, measured: GroupMeasurement) -> str | None:
    if advice.capacity is not None:
        return None
    if advice.arrival == 0 and measured.group.lag == 0:
        return "Nothing to advise: all is read and nothing arrives; ask again while records arrive."
    if advice.capacity_at_least is not None and measured.group.lag is not None and not _growing(measured):
        return (
            "The members keep up as they are; what they could read at most is known only while records wait."
        )
    why = next((one.why for one in measured.members if one.why), None)
    said = f" ({why})" if why else ""
    return f"No number of members: what one can read could not be measured{said}; {_AGAIN}."


def _growing(measured: GroupMeasurement) -> bool:
    """Whether some partition always had unread records: its group is behind."""
    return any(one.behind for one in measured.members)


def _not_in_time(advice: Advice, target: Target) -> str:
    aim = f"lag {target.lag:,} within {duration(target.within)}"
    if advice.floor is not None and target.lag < advice.floor:
        return f"No number of members reaches {aim}: the group shows {advice.floor:,} between two commits."
    return f"No number of members reaches {aim}: {plural(advice.keep_up or 0, 'member')} would keep up."


def _count(advice: Advice, measured: GroupMeasurement, target: Target | None) -> str:
    now, needed = measured.group.member_count or 0, advice.members or 0
    aim = "keep up" if target is None else f"keep up and reach lag {target.lag:,} in time"
    if needed > now:
        return f"{plural(needed - now, 'more member')} would {aim} ({needed} instead of {now})."
    if needed < now:
        return f"The group has enough members: {needed} of its {now} would {aim}."
    return f"The group has enough members: its {plural(now, 'member')} can {aim}."


def _rates(advice: Advice, measured: GroupMeasurement) -> Iterator[str]:
    saturated = sum(one.saturated for one in measured.members)
    seconds = duration(measured.seconds)
    if advice.capacity is not None:
        always = f"{plural(saturated, 'member')} with unread records all the time"
        yield f"A member reads {rate(advice.capacity)}: measured in {seconds} of {always}."
    elif advice.capacity_at_least is not None:
        yield (
            f"A member reads at least {rate(advice.capacity_at_least)}: none had unread records in each of "
            f"its partitions all the time."
        )
    if advice.arrival is not None:
        where = plural(len(measured.partitions), "partition")
        nothing = "; ask again while records arrive" if advice.arrival == 0 and measured.members else ""
        yield f"{rate(advice.arrival)} arrive in {where}{nothing}."
    yield from _unmeasured_members(measured)


def _unmeasured_members(measured: GroupMeasurement) -> Iterator[str]:
    without = [one for one in measured.members if one.rate is None]
    if without:
        name, why = safe_text.name(without[0].member.client_id), without[0].why
        more = f" (and {plural(len(without) - 1, 'more member')})" if len(without) > 1 else ""
        yield f"What member {name}{more} can read was not measured: {why}."


def _partition_notes(measured: GroupMeasurement) -> Iterator[str]:
    unknown = [part for part in measured.partitions if part.arrival is None]
    if unknown:
        more = f" (and {plural(len(unknown) - 1, 'more partition')})" if len(unknown) > 1 else ""
        yield f"{unknown[0].name}{more} is not known: {unknown[0].why}."
    if measured.left_out:
        topics = ", ".join(sorted({key.topic for key in measured.left_out}))
        yield f"Left out, as no member reads it any more: {topics}."


def _hot(advice: Advice) -> Iterator[str]:
    if advice.hot is None or advice.speed_up_needed is None:
        return
    yield (
        f"For {advice.hot.name} its consumer would have to be {advice.speed_up_needed:.2g} times as fast: a "
        f"partition is read by one member, at most to {UTILISATION:.0%} of what it can do."
    )
    if advice.hot.keys:
        yield f"The last records of {advice.hot.name}: {_shares(advice.hot.keys)}."
    if advice.helps is Helps.PARTITIONS:
        yield "More partitions share the load, and change which key goes where: the order of a key breaks."


def _shares(keys: Sequence[KeyShare]) -> str:
    return ", ".join(f"{key_text(one.key)} {one.share:.0%}" for one in keys)


def _staircase(advice: Advice, measured: GroupMeasurement) -> Iterator[str]:
    if advice.useful and measured.group.assignor:
        counts = list(advice.useful)
        few = counts if len(counts) <= _MOST_COUNTS else [*counts[:10], "…", counts[-1]]
        shown = ", ".join(map(str, few))
        yield f"Numbers of members that make a difference ({measured.group.assignor}): {shown}."


def _waiting(advice: Advice, measured: GroupMeasurement) -> Iterator[str]:
    """Expected number in an M/D/1 and an M/M/1 queue at the busiest member's utilisation."""
    needed, assignor = advice.members, measured.group.assignor
    if needed is None or assignor is None or not advice.capacity:
        return
    arrivals = {part.key: part.arrival or 0.0 for part in measured.partitions}
    used = max(assignors.sums(assignor, arrivals, needed)) / advice.capacity
    if 0 < used <= UTILISATION:
        even, random = used + used**2 / 2 / (1 - used), used / (1 - used)
        yield (
            f"With {plural(needed, 'member')} the busiest is utilised to {used:.0%}: {even:.1f} events (even "
            f"work) to {random:.1f} (random work) wait there on average, besides those not committed yet."
        )


def _floor(advice: Advice, measured: GroupMeasurement, target: Target | None) -> Iterator[str]:
    if advice.floor is None or measured.commit_period is None:
        return
    period = duration(measured.commit_period)
    arriving = rate(measured.arrival or 0.0)
    yield f"It commits every {period}: while {arriving} arrive its lag shows up to {advice.floor:,}."
    if target is not None and target.lag < advice.floor:
        yield f"--target-lag {target.lag} lies below that and can't be reached: commit more often."


def _clocks(clocks: Sequence[RetentionClock]) -> Iterator[str]:
    unknown = [clock for clock in clocks if clock.unknown]
    if unknown:
        one = unknown[0]
        more = f" (and {plural(len(unknown) - 1, 'more partition')})" if len(unknown) > 1 else ""
        where = f"{one.key.topic}:{one.key.partition}{more}"
        yield f"How long unread records of {where} are kept is not known: {one.unknown}."
    limited = [(clock.seconds, clock) for clock in clocks if clock.seconds is not None]
    if limited:
        seconds, first = min(limited, key=lambda row: row[0])
        yield (
            f"Retention deletes no unread record of {first.key.topic}:{first.key.partition} within the next "
            f"{duration(seconds)}, at the present rates ({first.why})."
        )
