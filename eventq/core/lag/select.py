"""Part of a cluster: the groups and topics whose names match, before anything about them is computed."""

import re
from dataclasses import dataclass, replace

from eventq.core.errors import UsageError
from eventq.core.lag.reads import Commits, Description, MemberDescription


@dataclass(frozen=True, slots=True)
class Selection:
    """A pattern matches anywhere in a name, unless it is anchored; None selects all."""

    groups: re.Pattern[str] | None = None
    topics: re.Pattern[str] | None = None

    def has_group(self, name: str) -> bool:
        return self.groups is None or self.groups.search(name) is not None

    def has_topic(self, name: str) -> bool:
        return self.topics is None or self.topics.search(name) is not None

    def of_commits(self, commits: Commits) -> Commits:
        kept = {key: offset for key, offset in commits.offsets.items() if self.has_topic(key.topic)}
        return replace(commits, offsets=kept)

    def of_description(self, description: Description) -> Description:
        if description.members is None:
            return description
        return replace(description, members=tuple(self._of_member(one) for one in description.members))

    def _of_member(self, member: MemberDescription) -> MemberDescription:
        topics = tuple(name for name in member.topics if self.has_topic(name))
        return replace(
            member, topics=topics, assignment=tuple(k for k in member.assignment if self.has_topic(k.topic))
        )


def pattern(text: str | None, option: str) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise UsageError(
            f"{option} {text!r} is not a regular expression: {error}", hint="such as '^orders-' or 'a|b'"
        ) from None
