"""A topic of dead letters on a real broker, and the clients that write to it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from confluent_kafka import Consumer, Message
from confluent_kafka import TopicPartition as At
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from eventq.broker.consume.kafka_python_dead_letters import KafkaPythonDeadLetters
from eventq.broker.consume.librdkafka_dead_letters import LibrdkafkaDeadLetters
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import StoreUnavailable
from eventq.core.kafka import Header
from eventq.core.settings.settings import Connection
from eventq.loops.consume.dead_letters import DeadLetters
from tests.consume_harness import DEADLINE, eventually
from tests.loops.consume.fakes import PLAN

Kind = Callable[[MemberPlan, str], DeadLetters]
KINDS: tuple[Kind, ...] = (KafkaPythonDeadLetters, LibrdkafkaDeadLetters)
IMPATIENT = {"delivery.timeout.ms": "1500", "request.timeout.ms": "1000", "max.block.ms": "1500"}


class DeadLetterTopic:
    def __init__(self, bootstrap: str, kind: Kind) -> None:
        self.bootstrap, self._kind = bootstrap, kind
        self.keeps_null_headers = kind is LibrdkafkaDeadLetters
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.name = f"dead-{uuid.uuid4().hex[:12]}"
        self._opened: list[DeadLetters] = []

    def create(self, **configs: str) -> None:
        wish = {"num_partitions": 1, "replication_factor": 1, "configs": configs}
        self.admin.create_topics({self.name: wish})
        self.admin.wait_for_topics([self.name])

    def alter(self, **configs: str) -> None:
        resource = ConfigResource(ConfigResourceType.TOPIC, self.name, configs)
        self.admin.alter_configs([resource])

    def letters(self, **properties: str) -> DeadLetters:
        to = Connection(self.bootstrap, properties, connect_timeout=1.0)
        found = self._kind(replace(PLAN, connection=to, topic="orders", group="billing"), self.name)
        self._opened.append(found)
        return found

    def messages(self, count: int) -> list[Message]:
        """The first ones, as many as are wanted; fewer if there are no more."""
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": self.name, "enable.partition.eof": True}
        )
        consumer.assign([At(self.name, 0, 0)])
        found: list[Message] = []
        while len(found) < count:
            message = consumer.poll(DEADLINE)
            assert message is not None, "the topic can't be read"
            if message.error() is not None:
                break
            found.append(message)
        consumer.close()
        return found

    def until_written(self, letters: DeadLetters, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """As a member tries it: again after each failure, for as long as a test may take."""

        def written() -> bool:
            letters.open()
            with suppress(StoreUnavailable):
                letters.write(records, faults)
                return True
            return False

        eventually(written, "the dead letters are written")

    def close(self) -> None:
        for letters in self._opened:
            letters.close()
        self.admin.close()


def read(
    values: Sequence[bytes | None],
    keys: Mapping[int, bytes] | None = None,
    headers: Mapping[int, list[Header]] | None = None,
) -> RecordSlice:
    """Of partition 2, from offset 40 on, a second apart."""
    stamps = [1_600_000_000_000 + 1000 * i for i in range(len(values))]
    return RecordSlice(
        2, values, stamps, lambda i: 40 + i, lambda i: ((keys or {}).get(i), (headers or {}).get(i, []))
    )
