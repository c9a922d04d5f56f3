"""What holds for a group as a whole: who is in it, which topics it reads, whether it may be touched."""

from collections.abc import Iterator
from dataclasses import dataclass

from eventq.core import safe_text
from eventq.core.errors import EventqError
from eventq.core.lag.reads import GroupReads, MemberDescription
from eventq.core.lag.snapshot import GroupLag, PartitionLag
from eventq.core.text import plural

_MOST_NAMED = 10

Described = tuple[GroupReads, GroupLag]
"""A group as it was read, and its lag."""


@dataclass(frozen=True, slots=True)
class TopicOfGroup:
    """One topic's part in a group: its partitions, how many of them have a commit, what is to be read."""

    topic: str
    partitions: int
    committed: int
    lag: int | None
    lost: int


def topics_of_group(group: GroupLag) -> tuple[TopicOfGroup, ...]:
    by_topic: dict[str, list[PartitionLag]] = {}
    for part in group.partitions:
        by_topic.setdefault(part.topic, []).append(part)
    return tuple(_topic(topic, parts) for topic, parts in sorted(by_topic.items()))


def _topic(topic: str, parts: list[PartitionLag]) -> TopicOfGroup:
    lags = [part.lag for part in parts if part.lag is not None]
    committed = sum(part.committed is not None for part in parts)
    lag = sum(lags) if len(lags) == len(parts) else None
    return TopicOfGroup(topic, len(parts), committed, lag, sum(part.lost for part in parts))


def occupied(group: GroupReads) -> EventqError | None:
    """Why the group can't be touched now: live members would go on from where they are."""
    state = group.description.state or group.state
    members = group.description.members
    if members:
        who = ", ".join(_who(members))
        return EventqError(
            f"group {safe_text.name(group.group)} has {plural(len(members), 'live member')}: {who}",
            hint="stop them first; a member that was killed counts until its session times out",
        )
    failed = group.commits.error or group.description.error
    if failed:
        return EventqError(f"group {safe_text.name(group.group)} can't be read: {failed}")
    if members is None and state not in {"", "Empty", "Dead"}:
        return EventqError(
            f"group {safe_text.name(group.group)} is {state}: it has live members",
            hint=group.description.note,
        )
    return None


def _who(members: tuple[MemberDescription, ...]) -> Iterator[str]:
    for member in members[:_MOST_NAMED]:
        client, host, id_ = map(safe_text.name, (member.client_id, member.host, member.member_id))
        yield f"{client} ({host}, {id_})"
    if len(members) > _MOST_NAMED:
        yield f"and {len(members) - _MOST_NAMED} more"
