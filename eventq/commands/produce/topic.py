"""Sees to it that the topic of a produce run is there and has the partitions that were asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventq.commands.options import Shared
from eventq.commands.output import note
from eventq.commands.settings.connect import data_client
from eventq.core.errors import AlreadyExists
from eventq.core.kafka import TopicFacts, no_topic
from eventq.core.settings.settings import Connection

if TYPE_CHECKING:
    from eventq.broker.topic.topics import Topics
    from eventq.core.topic.topics import TopicMap


@dataclass(frozen=True, slots=True)
class TopicRules:
    """`asked`: the number of partitions was given, not a mere default; only then does a topic grow."""

    partitions: int
    replicas: int
    asked: bool
    create: bool
    grow: bool


def ready_topic(
    shared: Shared, to: Connection, topic: str, rules: TopicRules, *, identified: bool = False
) -> TopicFacts:
    """The topic as it is in the end, `identified` with its id; NotFound without it under --no-create."""
    facts = _ready(shared, to, topic, rules, identified=identified)
    if rules.asked and facts.partitions > rules.partitions:
        note(
            shared,
            f"topic {topic} has {facts.partitions} partitions and keeps them: "
            f"{rules.partitions} were asked for, and a topic never loses any",
        )
    return facts


def _ready(shared: Shared, to: Connection, topic: str, rules: TopicRules, *, identified: bool) -> TopicFacts:
    """Most topics are there as they should be: what makes them is loaded only for those that are not."""
    wanted = rules.partitions if rules.asked and rules.grow else 1
    if data_client(to) == "librdkafka":
        from eventq.broker.topic.librdkafka import topic_facts

        facts = topic_facts(to, topic, identified=identified)
        if facts is not None and facts.partitions >= wanted:
            return facts
    from eventq.broker.topic.topics import Topics

    with Topics(to) as topics:
        partitions = _partitions(shared, topics, topic, rules)
        if not identified:
            return TopicFacts(partitions)
        found = topics.find([topic]).get(topic)
        return TopicFacts(partitions, None if found is None else found.topic_id, topics.cluster_id())


def _partitions(shared: Shared, topics: "Topics", topic: str, rules: TopicRules) -> int:
    """How many it has, once it was created or has grown as the rules say."""
    found = topics.find([topic]).get(topic)
    if found is None:
        found = _create(shared, topics, topic, rules)
    if found is None:
        return rules.partitions
    if not rules.asked or not rules.grow or len(found.parts) >= rules.partitions:
        return len(found.parts)
    topics.grow(topic, rules.partitions)
    note(
        shared,
        f"topic {topic} has grown from {len(found.parts)} to {rules.partitions} partitions: "
        "keys now map to other partitions (--no-grow prevents this)",
    )
    return rules.partitions


def _create(shared: Shared, topics: "Topics", topic: str, rules: TopicRules) -> "TopicMap | None":
    """None, or the topic as another made it meanwhile."""
    from eventq.core.topic.topics import TopicWish, shape

    if not rules.create:
        raise no_topic(topic)
    failed = topics.create({topic: TopicWish(rules.partitions, rules.replicas)})
    error = failed.get(topic)
    if isinstance(error, AlreadyExists):
        return topics.find([topic]).get(topic)
    if error is not None:
        raise error
    note(shared, f"created topic {topic}: {shape(rules.partitions, rules.replicas)}")
    return None
