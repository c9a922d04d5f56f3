"""The numbers of `eventq lag` for one group by the shortest script over confluent-kafka that gets them right.

bare_lag.py BOOTSTRAP GROUP
"""

import sys

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec


def show(bootstrap: str, group: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    described = admin.describe_consumer_groups([group])[group].result()
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result()
    committed = {(at.topic, at.partition): at.offset for at in asked.topic_partitions}
    keys = [TopicPartition(*key) for key in committed]
    starts = admin.list_offsets(dict.fromkeys(keys, OffsetSpec.earliest()))
    ends = admin.list_offsets(dict.fromkeys(keys, OffsetSpec.latest()))
    print(group, described.state.name, len(described.members))
    for key in sorted(keys, key=lambda at: (at.topic, at.partition)):
        start, end = starts[key].result().offset, ends[key].result().offset
        offset = committed[key.topic, key.partition]
        print(key.topic, key.partition, start, offset, end, end - start, end - offset)


if __name__ == "__main__":
    show(*sys.argv[1:])
