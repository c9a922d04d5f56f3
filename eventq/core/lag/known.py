"""What a watch remembers of each group's topics, so that one that is deleted or created again stays in sight.

Kafka removes a group's commits with the topic: without a member that subscribes to it, nothing of a snapshot
says that the group ever read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from eventq.core.lag.reads import GroupReads, KnownTopic, Topic

_MOST_GONE = 100
"""Topics of a group that are gone and still shown: a service may use a new topic each day for years."""


class KnownTopics:
    """Of each group, as long as it exists."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, KnownTopic]] = {}

    def names(self, groups: Iterable[GroupReads]) -> set[str]:
        """The topics that these groups are known to have read."""
        return {name for group in groups for name in self._groups.get(group.group, ())}

    def see(self, group: GroupReads, names: frozenset[str], topics: Mapping[str, Topic]) -> None:
        """`names`: the topics that the group reads now; `topics`: those that exist, known ones included."""
        before = self._groups.get(group.group, {})
        failed = group.commits.error is not None or group.description.error is not None
        now: dict[str, KnownTopic] = {}
        for name in (*before, *(names - before.keys())):
            found = _seen(before.get(name), topics.get(name), reads=failed or name in names)
            if found is not None:
                now[name] = found
        for name in [name for name, one in now.items() if one.gone][:-_MOST_GONE]:
            del now[name]
        self._groups[group.group] = now

    def lost(self, group: GroupReads) -> dict[str, KnownTopic]:
        """Those that are gone, or created again."""
        known = self._groups.get(group.group, {})
        return {name: one for name, one in known.items() if one.gone or one.recreated}

    def forget_all_but(self, groups: Iterable[GroupReads]) -> None:
        """A group that was deleted and begins again has commits of what is there now."""
        self._groups = {one.group: self._groups[one.group] for one in groups if one.group in self._groups}


def _seen(old: KnownTopic | None, topic: Topic | None, *, reads: bool) -> KnownTopic | None:
    """One that the group reads no more is kept for one sample: its commits may be gone just before it is."""
    if topic is None:
        return old and replace(old, gone=True)
    if topic.error is not None:
        return old
    if old is None:
        return KnownTopic(topic)
    then, now = old.topic.topic_id, topic.topic_id
    if old.recreated or (then is not None and now is not None and then != now):
        return replace(old, gone=False, recreated=True)
    if reads:
        return KnownTopic(replace(topic, topic_id=then) if now is None else topic)
    return None if old.left else replace(old, gone=False, left=True)
