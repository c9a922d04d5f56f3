"""What limits how long records are kept: a topic's settings, and the size of a partition's log."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kafka.protocol.admin import DescribeConfigsRequest, DescribeLogDirsRequest
from kafka.protocol.metadata import MetadataRequest

from eventq.broker.errors import error_text
from eventq.broker.lag.nodes import Nodes
from eventq.broker.lag.wire import code_text, read_topic
from eventq.core.errors import EventqError
from eventq.core.kafka import TopicPartition
from eventq.core.lag.retention import Retention
from eventq.core.settings.settings import Connection

_TOPIC = 2
_NAMES = ("cleanup.policy", "retention.ms", "retention.bytes")


class KafkaRetentionFacts:
    """Serves RetentionFacts of loops/lag/advise.py; connects at the first question."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: Nodes | None = None

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def retention(self, topics: Collection[str]) -> dict[str, Retention]:
        try:
            asked = [
                DescribeConfigsRequest.DescribeConfigsResource(
                    resource_type=_TOPIC, resource_name=name, configuration_keys=list(_NAMES)
                )
                for name in topics
            ]
            (answer,) = self._nodes.ask_any([DescribeConfigsRequest(resources=asked, min_version=1)])
        except EventqError as error:
            return {name: Retention(error=str(error)) for name in topics}
        return {row.resource_name: _retention(row) for row in answer.results}

    def sizes(self, keys: Collection[TopicPartition]) -> dict[TopicPartition, int | str]:
        found: dict[TopicPartition, int | str] = dict.fromkeys(keys, "its leader did not tell its size")
        try:
            by_leader = self._by_leader(keys)
            requests = [(_sizes(of), leader) for leader, of in by_leader.items()]
            answers = self._nodes.ask(requests)
        except EventqError as error:
            return dict.fromkeys(keys, str(error))
        for of, answer in zip(by_leader.values(), answers, strict=True):
            if isinstance(answer, Exception):
                found.update(dict.fromkeys(of, f"its leader did not tell its size: {error_text(answer)}"))
            else:
                found.update({key: size for key, size in _read(answer).items() if key in found})
        return found

    @property
    def _nodes(self) -> Nodes:
        self._kept = self._kept or Nodes(self._connection)
        return self._kept

    def _by_leader(self, keys: Iterable[TopicPartition]) -> Mapping[int, list[TopicPartition]]:
        keys = list(keys)
        names = [MetadataRequest.MetadataRequestTopic(name=name) for name in sorted({k.topic for k in keys})]
        (answer,) = self._nodes.ask_any([MetadataRequest(topics=names, allow_auto_topic_creation=False)])
        leaders = {topic.name: read_topic(topic).leaders for topic in answer.topics}
        found: dict[int, list[TopicPartition]] = defaultdict(list)
        for key in keys:
            leader = leaders.get(key.topic, {}).get(key.partition)
            if leader is not None:
                found[leader].append(key)
        return found


def _retention(row: Any) -> Retention:
    if row.error_code:
        return Retention(
            error=f"the settings of {row.resource_name} can't be read: {code_text(row.error_code)}"
        )
    values = {config.name: config.value for config in row.configs}
    if "delete" not in (values.get("cleanup.policy") or "delete").split(","):
        return Retention()
    ms, size = int(values.get("retention.ms") or -1), int(values.get("retention.bytes") or -1)
    return Retention(ms / 1000 if ms >= 0 else None, size if size >= 0 else None)


def _sizes(keys: Iterable[TopicPartition]) -> Any:
    topics: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        topics[key.topic].append(key.partition)
    row = DescribeLogDirsRequest.DescribableLogDirTopic
    return DescribeLogDirsRequest(topics=[row(topic=name, partitions=of) for name, of in topics.items()])


def _read(answer: Any) -> dict[TopicPartition, int | str]:
    """What is being moved to another disk of the broker counts as it is now."""
    found: dict[TopicPartition, int | str] = {}
    for disk in answer.results:
        for topic in disk.topics:
            for part in topic.partitions:
                if not part.is_future_key:
                    found[TopicPartition(topic.name, part.partition_index)] = int(part.partition_size)
    return found
