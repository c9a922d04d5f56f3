"""What the parent's own connection promises when the cluster does not answer."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from eventq.broker.consume import cluster_admin
from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin
from eventq.core.errors import EventqError, NotFound
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Commits, Topic
from eventq.core.settings.settings import Connection

Question = Callable[[KafkaPythonClusterAdmin], object]
REFUSED = "GroupAuthorizationFailedError"


class RefusingReader:
    """Every look-up has the same error in place of its answer."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self.topics_there = topics
        self.nodes = self
        self.patience = self

    def topics(self, _names: Iterable[str]) -> Mapping[str, Topic]:
        return self.topics_there

    def settled(self, _kind: str, keys: Iterable[int], *_how: object) -> Mapping[int, Bounds]:
        return {key: Bounds(error=REFUSED) for key in keys}

    def bounds(self, leaders: Mapping[TopicPartition, int], _isolation: object) -> object:
        return {key: Bounds(error=REFUSED) for key in leaders}

    def committed(self, groups: Iterable[str]) -> Mapping[str, Commits]:
        return {group: Commits(error=REFUSED) for group in groups}


def asked(monkeypatch: pytest.MonkeyPatch, **topics: Topic) -> KafkaPythonClusterAdmin:
    reader = RefusingReader(topics)
    monkeypatch.setattr(cluster_admin, "KafkaPythonLagReader", lambda _connection: reader)
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
    with pytest.raises(EventqError, match=f"{what}: {REFUSED}"):
        question(asked(monkeypatch, orders=Topic("id", error=REFUSED)))


def test_a_topic_that_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="no such topic: orders"):
        asked(monkeypatch).partitions()
