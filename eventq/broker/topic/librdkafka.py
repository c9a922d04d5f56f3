"""The one thing that a producer over librdkafka has to know of a topic that is there."""

from confluent_kafka import KafkaException, TopicCollection

from eventq.broker.librdkafka_admin import librdkafka_admin
from eventq.core.kafka import TopicFacts
from eventq.core.settings.settings import Connection


def topic_facts(connection: Connection, topic: str, *, identified: bool) -> TopicFacts | None:
    """`identified` with its id; None if it isn't there or can't be described. Never creates it."""
    admin = librdkafka_admin(connection)
    asked = TopicCollection([topic])
    futures = admin.describe_topics(asked, request_timeout=connection.connect_timeout)
    try:
        found = futures[topic].result()
        if not identified:
            return TopicFacts(len(found.partitions))
        cluster = admin.list_topics(topic, timeout=connection.connect_timeout).cluster_id
    except KafkaException:
        return None
    from eventq.broker.lag.librdkafka_values import uuid_text

    return TopicFacts(len(found.partitions), uuid_text(found.topic_id), cluster)
