"""A topic, a group with commits made by hand, and live members of it, for the tests of `eventq group`."""

import json
import uuid
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

from tests.in_process import Done, eventq
from tests.live_member import live_member

T0 = 1_700_000_000_000


class GroupFixture:
    """A topic of two partitions with 100 records in each, one a second from T0 on."""

    def __init__(self, bootstrap: str, admin: KafkaAdminClient) -> None:
        self.bootstrap, self.admin = bootstrap, admin
        self.topic, self.group = f"group-{uuid.uuid4().hex[:8]}", f"g-{uuid.uuid4().hex[:8]}"
        kept = {"retention.ms": "-1"}  # records of T0 are long due for deletion
        admin.create_topics({self.topic: {"num_partitions": 2, "replication_factor": 1, "configs": kept}})
        admin.wait_for_topics([self.topic])
        producer = KafkaProducer(bootstrap_servers=bootstrap)
        for n in range(200):
            producer.send(self.topic, b"x", partition=n % 2, timestamp_ms=T0 + n // 2 * 1000)
        producer.flush()
        producer.close()

    def commit(self, *offsets: int, group: str | None = None) -> None:
        commits = {
            TopicPartition(self.topic, n): OffsetAndMetadata(offset, "", -1)
            for n, offset in enumerate(offsets)
        }
        self.admin.alter_group_offsets(self.group if group is None else group, commits)

    def committed(self, group: str | None = None) -> dict[int, int]:
        name = self.group if group is None else group
        found = self.admin.list_group_offsets({name: None}).get(name, {})
        return {at.partition: kept.offset for at, kept in found.items() if at.topic == self.topic}

    def member(self) -> KafkaConsumer:
        """A live member that has its partitions; the caller closes it."""
        return live_member(self.bootstrap, self.topic, self.group)

    def new_member(self) -> Any:
        """The same of a group of the newer protocol."""
        import confluent_kafka

        settings = {"bootstrap.servers": self.bootstrap, "group.id": self.group, "group.protocol": "consumer"}
        consumer = confluent_kafka.Consumer({**settings, "enable.auto.commit": False})
        consumer.subscribe([self.topic])
        while not consumer.assignment():
            consumer.poll(0.1)
        return consumer

    def run(self, *arguments: str, **environment: str) -> Done:
        return self.eventq("group", *arguments, **environment)

    def eventq(self, *arguments: str, **environment: str) -> Done:
        done = eventq(*arguments, KAFKA_BOOTSTRAP_ADDRESS=self.bootstrap, **environment)
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.run(*arguments, "-o", "json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)
