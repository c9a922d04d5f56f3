"""The one thing that a producer over librdkafka has to know of a topic that is there."""

from confluent_kafka import KafkaException, TopicCollection

from eventq.broker.librdkafka_admin import librdkafka_admin
from eventq.core.settings.settings import Connection


def partition_count(connection: Connection, topic: str) -> int:
    """How many partitions the topic has, 0 when it isn't there or can't be described; never creates it."""
    admin = librdkafka_admin(connection)
    asked = TopicCollection([topic])
    futures = admin.describe_topics(asked, request_timeout=connection.connect_timeout)
    try:
        return len(futures[topic].result().partitions)
    except KafkaException:
        return 0
