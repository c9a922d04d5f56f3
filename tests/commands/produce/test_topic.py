"""The topic of a produce run when another makes it at the same time."""

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from typing_extensions import Self

from eventq.broker.topic import topics
from eventq.commands.options import Shared
from eventq.commands.produce.topic import TopicRules, ready_topic
from eventq.core.errors import AlreadyExists, EventqError
from eventq.core.settings.settings import Connection
from eventq.core.topic.topics import TopicWish

KAFKA_PYTHON = Connection(bootstrap="127.0.0.1:1", client="kafka-python")


QUIET: Any = SimpleNamespace(quiet=True)


class Raced:
    """Topics where another is quicker to create one, with three partitions."""

    grown: ClassVar[dict[str, int]] = {}
    connections: ClassVar[list[Connection]] = []

    def __init__(self, connection: Connection) -> None:
        self.grown.clear()
        self.connections.append(connection)
        self._there = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def find(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: SimpleNamespace(parts=(0, 1, 2), topic_id="T") for name in names if self._there}

    def create(self, wishes: Mapping[str, TopicWish]) -> dict[str, EventqError]:
        self._there = True
        return {name: AlreadyExists(f"topic {name} is there") for name in wishes}

    def cluster_id(self) -> str:
        return "C"

    def grow(self, topic: str, partitions: int) -> None:
        self.grown[topic] = partitions


@pytest.fixture(autouse=True)
def raced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "Topics", Raced)


def test_a_topic_that_another_made_meanwhile_has_the_partitions_that_it_has() -> None:
    rules = TopicRules(partitions=10, replicas=1, asked=False, create=True, grow=True)
    assert ready_topic(QUIET, KAFKA_PYTHON, "raced", rules).partitions == 3
    assert Raced.grown == {}


def test_a_topic_that_another_made_meanwhile_grows_to_the_partitions_that_were_asked_for() -> None:
    rules = TopicRules(partitions=10, replicas=1, asked=True, create=True, grow=True)
    assert ready_topic(QUIET, KAFKA_PYTHON, "raced", rules).partitions == 10
    assert Raced.grown == {"raced": 10}


def test_one_connection_makes_a_topic_ready_and_tells_which_it_is() -> None:
    Raced.connections.clear()
    rules = TopicRules(partitions=10, replicas=1, asked=True, create=True, grow=True)
    assert ready_topic(QUIET, KAFKA_PYTHON, "raced", rules, identified=True) == (10, "T", "C")
    assert Raced.connections == [KAFKA_PYTHON]


def test_a_topic_with_more_partitions_than_asked_for_keeps_them_and_that_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rules = TopicRules(partitions=2, replicas=1, asked=True, create=True, grow=True)
    assert ready_topic(Shared(), KAFKA_PYTHON, "raced", rules).partitions == 3
    assert "topic raced has 3 partitions and keeps them: 2 were asked for" in capsys.readouterr().err
    assert Raced.grown == {}
