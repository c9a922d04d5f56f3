"""What there is to do about a group from outside: move or remove its commits, delete it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from kafka import OffsetAndMetadata
from kafka import TopicPartition as Place
from kafka.errors import (
    GroupIdNotFoundError,
    IllegalGenerationError,
    KafkaError,
    NoError,
    NonEmptyGroupError,
    UnknownMemberIdError,
)
from typing_extensions import Self

from eventq.broker.connection import admin
from eventq.core import safe_text
from eventq.core.errors import EventqError
from eventq.core.kafka import TopicPartition, no_group
from eventq.core.settings.settings import Connection

_Answer = TypeVar("_Answer")
_OCCUPIED = "the group has live members"


class Groups:
    """Use it as a context manager; broker errors become EventqError."""

    def __init__(self, connection: Connection) -> None:
        self._admin = admin(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def offsets_at(self, keys: Iterable[TopicPartition], millis: int) -> dict[TopicPartition, int]:
        wanted = {Place(*key): millis for key in keys}
        found = self._ask(
            "offsets by time could not be read", lambda: self._admin.list_partition_offsets(wanted)
        )
        return {
            TopicPartition(at.topic, at.partition): answer.offset
            for at, answer in found.items()
            if answer.offset >= 0
        }

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, str]:
        commits = {Place(*key): OffsetAndMetadata(offset, "", -1) for key, offset in offsets.items()}
        answer = self._ask(
            f"the commits of group {safe_text.name(group)} were not moved",
            lambda: self._admin.alter_group_offsets(group, commits),
        )
        return _failures(answer)

    def remove_offsets(self, group: str, keys: Iterable[TopicPartition]) -> dict[TopicPartition, str]:
        removed = [Place(*key) for key in keys]
        answer = self._ask(
            f"the commits of group {safe_text.name(group)} were not removed",
            lambda: self._admin.delete_group_offsets(group, removed),
        )
        return _failures(answer)

    def delete(self, groups: Sequence[str]) -> dict[str, EventqError]:
        """Deletes groups with their commits; returns the errors of those that are still there."""
        answer = self._ask("no group was deleted", lambda: self._admin.delete_groups(list(groups)))
        return {group: _error(group, outcome) for group, outcome in answer.items() if outcome != "OK"}

    def _ask(self, what: str, call: Callable[[], _Answer]) -> _Answer:
        try:
            return call()
        except (KafkaError, RuntimeError) as error:  # RuntimeError: the client is closed
            raise EventqError(f"{what}: {error or type(error).__name__}") from error


def _failures(answer: Mapping[Place, type[KafkaError]]) -> dict[TopicPartition, str]:
    return {
        TopicPartition(at.topic, at.partition): _text(error)
        for at, error in answer.items()
        if error is not NoError
    }


def _text(error: type[KafkaError]) -> str:
    if error in {UnknownMemberIdError, IllegalGenerationError, NonEmptyGroupError}:
        return _OCCUPIED
    return error.__name__


def _error(group: str, outcome: str) -> EventqError:
    if outcome == GroupIdNotFoundError.__name__:
        return no_group(group)
    if outcome == NonEmptyGroupError.__name__:
        return EventqError(
            f"group {safe_text.name(group)}: {_OCCUPIED}", hint="eventq group members shows them"
        )
    return EventqError(f"group {safe_text.name(group)}: {outcome}")
