"""What was done to topics, and what there is, as JSON documents."""

from collections.abc import Iterable
from typing import Any

from eventq.core.kafka import Bounds
from eventq.core.timestamps import rfc3339
from eventq.core.topic.topics import TopicChange, TopicDetail, TopicMap, TopicPart


def changes_document(changes: Iterable[TopicChange]) -> dict[str, Any]:
    return {
        "topics": [
            {
                "topic": change.topic,
                "result": change.result.value,
                "differences": list(change.differences),
                "error": None if change.error is None else str(change.error),
            }
            for change in changes
        ]
    }


def list_document(topics: Iterable[TopicMap]) -> dict[str, Any]:
    return {
        "topics": [
            {
                "topic": topic.topic,
                "topic_id": topic.topic_id,
                "internal": topic.internal,
                "partitions": None if topic.error else len(topic.parts),
                "replicas": topic.replicas,
                "under_replicated": None if topic.error else topic.under_replicated,
                "without_leader": None if topic.error else len(topic.leaderless),
                "error": topic.error,
            }
            for topic in topics
        ]
    }


def describe_document(moment: float, topics: Iterable[TopicDetail]) -> dict[str, Any]:
    return {"at": rfc3339(moment), "topics": [_topic_document(topic) for topic in topics]}


def _topic_document(topic: TopicDetail) -> dict[str, Any]:
    return {
        "topic": topic.topic,
        "topic_id": topic.map.topic_id,
        "internal": topic.map.internal,
        "replicas": topic.map.replicas,
        "retained": topic.retained,
        "configs": [
            {"name": name, "value": config.value, "source": config.source}
            for name, config in topic.configs.changed.items()
        ],
        "error": None if topic.failure is None else str(topic.failure),
        "partitions": [_part_document(part, topic.bounds[part.partition]) for part in topic.map.parts],
    }


def _part_document(part: TopicPart, bounds: Bounds) -> dict[str, Any]:
    return {
        "partition": part.partition,
        "leader": part.leader,
        "replicas": list(part.replicas),
        "in_sync": list(part.in_sync),
        "under_replicated": part.under_replicated,
        "log_start": bounds.log_start,
        "end": bounds.end,
        "retained": bounds.retained,
        "error": bounds.error,
    }
