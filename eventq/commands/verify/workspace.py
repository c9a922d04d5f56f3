"""What a verification makes, and its removal: a topic, groups, a folder; nothing else is touched."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eventq.commands.options import Shared
from eventq.commands.settings.connect import connection
from eventq.commands.verify.folder import RunFolder
from eventq.core.errors import EventqError, NotFound
from eventq.core.topic.topics import TopicWish
from eventq.core.verify.own_names import own_name

_TRIES = 20
_AGAIN_SECONDS = 0.5


class Workspace:
    """`name` is that of its topic, `run` its last part; the ids are known when the topic is made.

    `remove` may be called at any time.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self.run = os.urandom(4).hex()
        self.name = own_name(time.time(), self.run)
        self._folder = RunFolder(self.name)
        self.cluster_id: str | None = None
        self.topic_id: str | None = None
        self._topics: list[str] = []
        self._groups: list[str] = []

    @property
    def folder(self) -> Path:
        return self._folder.path

    @property
    def ledger(self) -> str:
        return str(self.folder / "run.ledger")

    def make_topic(self, wish: TopicWish, tell: Callable[[str | None], None]) -> None:
        """`tell` hears before of which cluster it is, by its id. EventqError where it can't be made."""
        from eventq.broker.topic.topics import Topics

        with Topics(connection(self._shared)) as topics:
            self.cluster_id = topics.cluster_id()
            tell(self.cluster_id)
            self._topics.append(self.name)
            error = topics.create({self.name: wish}).get(self.name)
            made = topics.find([self.name]).get(self.name)
            self.topic_id = None if made is None else made.topic_id
        if error is not None:
            raise EventqError(
                f"the topic of this verification could not be made: {error}",
                hint="it needs the right to make and delete topics and groups whose names begin with "
                "eventq-verify-; --replicas or --partitions if the cluster asks for others",
            ) from error

    def group(self, suffix: str = "") -> str:
        """The name of a group that is going to be used."""
        group = f"{self.name}{suffix}"
        self._groups.append(group)
        return group

    @property
    def made(self) -> Sequence[str]:
        """What there is to remove, as a user can read it."""
        topics = [f"topic {topic}" for topic in self._topics]
        return [*topics, *(f"group {group}" for group in self._groups), f"folder {self.folder}"]

    def keep(self) -> None:
        self._folder.let_go()

    def remove(self) -> None:
        """All of it; EventqError for what is left, which then is `made`."""
        steps = (self._remove_groups, self._remove_topics, self._folder.remove)
        errors = [str(error) for step in steps if (error := _error_of(step)) is not None]
        self._folder.let_go()
        if errors:
            raise EventqError(
                f"not all could be removed: {'; '.join(errors)}", hint="eventq verify --clean tries again"
            )

    def _remove_groups(self) -> None:
        """A member that was killed counts until the coordinator has heard that it is gone."""
        from eventq.broker.group.groups import Groups

        if not self._topics:
            return
        with Groups(connection(self._shared)) as groups:
            for _ in range(_TRIES):
                failed = groups.delete(self._groups) if self._groups else {}
                self._groups = [group for group, error in failed.items() if not isinstance(error, NotFound)]
                if not self._groups:
                    return
                time.sleep(_AGAIN_SECONDS)
        raise EventqError("; ".join(str(failed[group]) for group in self._groups))

    def _remove_topics(self) -> None:
        from eventq.broker.topic.topics import Topics

        if not self._topics:
            return
        with Topics(connection(self._shared)) as topics:
            failed = topics.delete(self._topics)
        self._topics = [topic for topic, error in failed.items() if not isinstance(error, NotFound)]
        if self._topics:
            raise EventqError("; ".join(str(failed[topic]) for topic in self._topics))


def _error_of(step: Callable[[], None]) -> EventqError | None:
    try:
        step()
    except EventqError as error:
        return error
    return None
