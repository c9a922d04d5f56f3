"""What a verification makes, and its removal: topics, groups, a folder, a database, and nothing else."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eventq.commands.options import Shared
from eventq.commands.settings.connect import connection
from eventq.commands.verify.folder import RunFolder
from eventq.core.errors import EventqError, NotFound
from eventq.core.topic.topics import TopicWish
from eventq.core.verify.own_names import own_name

if TYPE_CHECKING:
    from eventq.stores.private_postgresql.server import PrivatePostgresql

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
        self._targets: list[str] = []
        self._topics: list[str] = []
        self._groups: list[str] = []
        self._postgresql: PrivatePostgresql | None = None

    @property
    def folder(self) -> Path:
        return self._folder.path

    @property
    def ledger(self) -> str:
        return str(self.folder / "run.ledger")

    def postgresql(self) -> str:
        """The URL of its own database, which `start_postgresql` starts; UsageError where none can be had."""
        if self._postgresql is None:
            from eventq.stores.private_postgresql.server import PrivatePostgresql

            self._postgresql = PrivatePostgresql()
        return self._postgresql.url

    def start_postgresql(self) -> None:
        """Where one is wanted. EventqError if it does not start."""
        if self._postgresql is not None:
            self._postgresql.start()

    def target(self, name: str) -> str:
        """The name of a topic for copies, which `make_topics` makes too."""
        topic = f"{self.name}-{name}"
        self._targets.append(topic)
        return topic

    @property
    def said_topics(self) -> str:
        more = len(self._targets)
        names = f", {self._targets[0]}" if more == 1 else f" and {more} more of that name"
        return f"topics {self.name}{names}" if more else f"topic {self.name}"

    def make_topics(self, wish: TopicWish, tell: Callable[[str | None], None]) -> None:
        """`tell` hears before of which cluster it is, by its id. EventqError where one can't be made."""
        from eventq.broker.topic.topics import Topics

        with Topics(connection(self._shared)) as topics:
            self.cluster_id = topics.cluster_id()
            self._folder.belongs_to(self.cluster_id)
            tell(self.cluster_id)
            self._topics = [self.name, *self._targets]
            errors = topics.create(dict.fromkeys(self._topics, wish))
            made = topics.find([self.name]).get(self.name)
            self.topic_id = None if made is None else made.topic_id
        for error in errors.values():
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
        steps = (self._remove_groups, self._remove_topics, self._stop_postgresql, self._folder.remove)
        errors = [str(error) for step in steps if (error := _error_of(step)) is not None]
        self._folder.let_go()
        if errors:
            raise EventqError(
                f"not all could be removed: {'; '.join(errors)}", hint="eventq verify --clean tries again"
            )

    def _stop_postgresql(self) -> None:
        if self._postgresql is not None:
            self._postgresql.close()

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
