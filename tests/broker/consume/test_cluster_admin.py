"""What the parent's own connection promises when the cluster does not answer."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from kafka.errors import GroupAuthorizationFailedError, KafkaError

from eventq.broker.consume import cluster_admin
from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin
from eventq.core.errors import EventqError, NotFound
from eventq.core.settings.settings import Connection

Question = Callable[[KafkaPythonClusterAdmin], object]


class FakeAdmin:
    """Answers every call by the same error; without one it knows no topic."""

    def __init__(self, error: KafkaError | None) -> None:
        self._error = error

    def list_topics(self) -> Iterable[str]:
        return list(self._fail())

    def describe_topics(self, _names: Iterable[str]) -> Iterable[Any]:
        return list(self._fail())

    def list_partition_offsets(self, _wanted: object, **_more: object) -> object:
        return self._fail()

    def list_group_offsets(self, _groups: object) -> object:
        return self._fail()

    def _fail(self) -> tuple[str, ...]:
        if self._error is not None:
            raise self._error
        return ()


def asked(monkeypatch: pytest.MonkeyPatch, error: KafkaError | None) -> KafkaPythonClusterAdmin:
    monkeypatch.setattr(cluster_admin, "admin", lambda _connection: FakeAdmin(error))
    return KafkaPythonClusterAdmin(Connection("nowhere:9092"), "orders", "billing")


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (lambda admin: admin.partitions(), "topic orders could not be looked up"),
        (lambda admin: admin.topic_id(), "topic orders could not be looked up"),
        (lambda admin: admin.log_starts([0]), "the offsets of orders could not be read"),
        (lambda admin: admin.ends([0], read_committed=True), "the offsets of orders could not be read"),
        (lambda admin: admin.committed(), "the offsets of group billing could not be read"),
    ],
    ids=["partitions", "topic_id", "log_starts", "ends", "committed"],
)
def test_what_the_cluster_refuses_to_say_is_an_error_that_a_user_can_be_told(
    monkeypatch: pytest.MonkeyPatch, question: Question, what: str
) -> None:
    with pytest.raises(EventqError, match=what):
        question(asked(monkeypatch, GroupAuthorizationFailedError("not yours")))


def test_a_topic_that_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="no such topic: orders"):
        asked(monkeypatch, None).partitions()
