"""What there is to do about a group from outside: move or remove its commits, delete it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from kafka import OffsetAndMetadata, errors
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
from eventq.broker.patience import NOT_YET, Patience
from eventq.core import safe_text
from eventq.core.errors import EventqError
from eventq.core.kafka import TopicPartition, no_group
from eventq.core.settings.settings import Connection

_Key = TypeVar("_Key")
_OCCUPIED = "the group has live members"


def _refused_for_now(outcome: Any) -> bool:
    """Of an error or its class."""
    return getattr(outcome, "errno", None) in NOT_YET


def _passes(outcome: Any) -> bool:
    return isinstance(outcome, KafkaError) and outcome.retriable


class Groups:
    """Use it as a context manager; broker errors become EventqError.

    What a group's coordinator refuses for now is asked of it again while patience lasts.
    """

    def __init__(self, connection: Connection) -> None:
        self._patience = Patience(connection.connect_timeout)
        self._admin = admin(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def offsets_at(self, keys: Iterable[TopicPartition], millis: int) -> dict[TopicPartition, int]:
        wanted = {Place(*key): millis for key in keys}
        found = self._each(
            "offsets by time could not be read", wanted, lambda some: self._times(some, millis), _passes
        )
        return {
            TopicPartition(at.topic, at.partition): answer.offset
            for at, answer in found.items()
            if answer.offset >= 0
        }

    def _times(self, keys: list[Place], millis: int) -> dict[Place, Any]:
        return dict(self._admin.list_partition_offsets(dict.fromkeys(keys, millis)))

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, str]:
        commits = {Place(*key): OffsetAndMetadata(offset, "", -1) for key, offset in offsets.items()}
        answer = self._each(
            f"the commits of group {safe_text.name(group)} were not moved",
            commits,
            lambda some: self._admin.alter_group_offsets(group, {key: commits[key] for key in some}),
        )
        return _failures(answer)

    def remove_offsets(self, group: str, keys: Iterable[TopicPartition]) -> dict[TopicPartition, str]:
        answer = self._each(
            f"the commits of group {safe_text.name(group)} were not removed",
            [Place(*key) for key in keys],
            lambda some: self._admin.delete_group_offsets(group, some),
        )
        return _failures(answer)

    def delete(self, groups: Sequence[str]) -> dict[str, EventqError]:
        """Deletes groups with their commits; returns the errors of those that are still there."""
        answer = self._each("no group was deleted", groups, self._delete)
        return {group: _error(group, error) for group, error in answer.items() if error is not NoError}

    def _delete(self, groups: list[str]) -> dict[str, type[KafkaError]]:
        """The client tells names of its errors."""
        outcomes = self._admin.delete_groups(groups).items()
        return {group: NoError if name == "OK" else getattr(errors, name) for group, name in outcomes}

    def _each(
        self,
        what: str,
        keys: Iterable[_Key],
        call: Callable[[list[_Key]], Mapping[_Key, Any]],
        passes: Callable[[Any], bool] = _refused_for_now,
    ) -> dict[_Key, Any]:
        """The outcome of each. An error of the whole call is raised, `what` says what it left undone."""
        found = self._patience.settled(what, keys, lambda some: self._outcomes(some, call), passes)
        for outcome in found.values():
            if isinstance(outcome, Exception):
                raise EventqError(f"{what}: {outcome or type(outcome).__name__}") from outcome
        return found

    def _outcomes(
        self, keys: list[_Key], call: Callable[[list[_Key]], Mapping[_Key, Any]]
    ) -> Mapping[_Key, Any]:
        """An error of the whole call as the outcome of each."""
        # the client remembers a group's coordinator for good
        self._admin._manager.cluster._coordinators.clear()  # noqa: SLF001
        try:
            return call(keys)
        except (KafkaError, RuntimeError) as error:  # RuntimeError: the client is closed
            return dict.fromkeys(keys, error)


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


def _error(group: str, error: type[KafkaError]) -> EventqError:
    if error is GroupIdNotFoundError:
        return no_group(group)
    if error is NonEmptyGroupError:
        return EventqError(
            f"group {safe_text.name(group)}: {_OCCUPIED}", hint="eventq group members shows them"
        )
    return EventqError(f"group {safe_text.name(group)}: {error.__name__}")
