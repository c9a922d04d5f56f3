"""What there is to ask and to do about topics. Looking never creates one.

A call over several topics does what it can and returns the errors of the others by topic; an exception
means that nothing was done.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from kafka import TopicPartition
from kafka.admin import ConfigResource, OffsetSpec
from kafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError, for_code
from kafka.protocol.admin import DescribeConfigsRequest
from typing_extensions import Self

from eventq.broker.connection import admin
from eventq.core.errors import AlreadyExists, EventqError, TimedOut
from eventq.core.kafka import no_topic
from eventq.core.settings.settings import Connection
from eventq.core.topic.topics import Config, Configs, TopicMap, TopicPart, TopicWish

_Answer = TypeVar("_Answer")

_UNKNOWN = 3
_INVALID = 17
_LEADER_NOT_AVAILABLE = 5
_EXISTS = 36
_TOPIC = 2
_SOURCES = {1: "topic", 2: "broker", 3: "cluster", 4: "file"}
"""As DescribeConfigs numbers them; the rest is Kafka's default."""
_READY_SECONDS = 30.0
_POLL_SECONDS = 0.05
_TRIES = 5


class Topics:
    """Use it as a context manager; broker errors become EventqError."""

    def __init__(self, connection: Connection) -> None:
        self._admin = admin(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def find(self, names: Iterable[str] | None = None) -> dict[str, TopicMap]:
        """Those of `names` that exist, all without names."""
        wanted = None if names is None else list(names)
        rows = self._look("topics could not be read", lambda: self._admin.describe_topics(wanted))
        return {row["name"]: _map(row) for row in rows if row["error_code"] not in (_UNKNOWN, _INVALID)}

    def cluster_id(self) -> str | None:
        found = self._look("the cluster could not be described", self._admin.describe_cluster)
        name: str | None = found.get("cluster_id")
        return name

    def configs(self, names: Iterable[str]) -> dict[str, Configs]:
        """All effective settings of existing topics. (The client's own call hides why one can't be read.)"""
        asked = [(_TOPIC, name, None) for name in names]
        if not asked:
            return {}
        request = DescribeConfigsRequest(resources=asked, min_version=1)
        manager = self._admin._manager  # noqa: SLF001
        answer = self._look("topic settings could not be read", lambda: manager.run(manager.send, request))
        return {row.resource_name: _configs(row) for row in answer.results}

    def create(self, wishes: Mapping[str, TopicWish]) -> dict[str, EventqError]:
        """Creates topics and waits for the leaders of all partitions; AlreadyExists for one that is there."""
        asked = {
            name: {
                "num_partitions": wish.partitions,
                "replication_factor": wish.replicas,
                "configs": dict(wish.configs),
            }
            for name, wish in wishes.items()
        }
        answer = self._ask(
            "no topic was created", lambda: self._admin.create_topics(asked, raise_errors=False)
        )
        failed = _failures((row["name"], row["error_code"], row["error_message"]) for row in answer["topics"])
        made = {name: wish.partitions for name, wish in wishes.items() if name not in failed}
        return failed | self._until_led(made)

    def grow(self, topic: str, partitions: int) -> None:
        """Gives a topic more partitions and waits until each has a leader."""
        answer = self._ask(
            f"topic {topic} did not grow",
            lambda: self._admin.create_partitions({topic: partitions}, raise_errors=False),
        )
        failed = _failures((row.name, row.error_code, row.error_message) for row in answer.results)
        for error in (failed or self._until_led({topic: partitions})).values():
            raise error

    def set_configs(self, topic: str, configs: Mapping[str, str]) -> None:
        """Sets these settings of a topic, all or none; the others stay."""
        asked = [ConfigResource("topic", topic, dict(configs))]
        answer = self._ask(
            f"the settings of {topic} were not changed",
            lambda: self._admin.alter_configs(asked, raise_on_unknown=False),
        )
        outcome = answer["topic"][topic]
        if outcome != "OK":
            raise EventqError(f"the settings of {topic} were not changed: {_said(outcome)}")

    def delete(self, names: Sequence[str]) -> dict[str, EventqError]:
        """Deletes topics and waits until they are seen no more."""
        answer = self._ask(
            "no topic was deleted", lambda: self._admin.delete_topics(list(names), raise_errors=False)
        )
        failed = _failures((row["name"], row["error_code"], row["error_message"]) for row in answer["topics"])
        gone = [name for name in names if name not in failed]
        seen = _until(lambda: {name: TimedOut(f"topic {name} is still there") for name in self.find(gone)})
        return failed | seen

    def _until_led(self, counts: Mapping[str, int]) -> dict[str, EventqError]:
        return _until(lambda: self._unled(counts))

    def _unled(self, counts: Mapping[str, int]) -> dict[str, EventqError]:
        """Topics that can't be used yet, and why."""
        found = self.find(counts) if counts else {}
        waits = {}
        for name, partitions in counts.items():
            parts = found.get(name, TopicMap(name)).parts
            led = {part.partition for part in parts if part.leader is not None}
            missing = [str(n) for n in range(partitions) if n not in led]
            if missing:
                where = ", ".join(missing)
                waits[name] = TimedOut(
                    f"topic {name}: no leader after {_READY_SECONDS:g} s in partition {where}"
                )
            elif not self._served(name, partitions):
                waits[name] = TimedOut(f"topic {name}: a leader does not serve it after {_READY_SECONDS:g} s")
        return dict(waits)

    def _served(self, name: str, partitions: int) -> bool:
        """A leader is named before it knows that it leads; until then what is sent to it is refused."""
        ends = {TopicPartition(name, partition): OffsetSpec.LATEST for partition in range(partitions)}
        try:
            self._admin.list_partition_offsets(ends)
        except KafkaError:
            return False
        return True

    def _look(self, what: str, call: Callable[[], _Answer]) -> _Answer:
        """Again where the broker asked has just gone: the client then takes another one."""
        for _ in range(_TRIES - 1):
            with suppress(KafkaConnectionError, NodeNotReadyError):
                return self._ask(what, call, passing=(KafkaConnectionError, NodeNotReadyError))
            time.sleep(_POLL_SECONDS)
        return self._ask(what, call)

    def _ask(
        self, what: str, call: Callable[[], _Answer], passing: tuple[type[Exception], ...] = ()
    ) -> _Answer:
        try:
            return call()
        except passing:
            raise
        except (KafkaError, RuntimeError) as error:  # RuntimeError: no controller, or the client is closed
            raise EventqError(f"{what}: {error or type(error).__name__}") from error


def _until(waiting: Callable[[], dict[str, EventqError]]) -> dict[str, EventqError]:
    """What is still waited for when patience ends, if anything."""
    until = time.monotonic() + _READY_SECONDS
    while (rest := waiting()) and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
    return rest


def _failures(rows: Iterable[tuple[str, int, str | None]]) -> dict[str, EventqError]:
    return {name: _error(name, code, message) for name, code, message in rows if code}


def _error(name: str, code: int, message: str | None) -> EventqError:
    if code == _UNKNOWN:
        return no_topic(name)
    if code == _EXISTS:
        return AlreadyExists(f"topic {name} exists already")
    return EventqError(f"topic {name}: {message or for_code(code).__name__}")


def _said(text: str) -> str:
    """What the broker said, without the client's `[Error 40] InvalidConfigurationError: `."""
    return text.split("Error: ", 1)[-1]


def _map(row: Mapping[str, Any]) -> TopicMap:
    parts = sorted((_part(part) for part in row["partitions"]), key=lambda part: part.partition)
    failed = row["error_code"] not in (0, _LEADER_NOT_AVAILABLE)
    error = for_code(row["error_code"]).__name__ if failed else None
    topic_id = row.get("topic_id")
    return TopicMap(row["name"], str(topic_id) if topic_id else None, row["is_internal"], tuple(parts), error)


def _part(row: Mapping[str, Any]) -> TopicPart:
    leader = row["leader_id"] if row["leader_id"] >= 0 else None
    return TopicPart(row["partition_index"], leader, tuple(row["replica_nodes"]), tuple(row["isr_nodes"]))


def _configs(row: Any) -> Configs:
    if row.error_code:
        return Configs(error=row.error_message or for_code(row.error_code).__name__)
    return Configs(
        {
            config.name: Config(
                None if config.is_sensitive else config.value, _SOURCES.get(config.config_source, "default")
            )
            for config in sorted(row.configs, key=lambda config: config.name)
        }
    )
