"""What a member's consumer promises the member, below the group of processes."""

import uuid

from kafka import KafkaAdminClient

from eventq.broker.consume_librdkafka import LibrdkafkaConsumer
from eventq.core.consume_plan import MemberPlan
from eventq.core.consumed import Offsets, Reset
from eventq.core.settings import Connection
from eventq.core.start import Start, StartKind
from eventq.core.work import Work
from tests.consume_world import eventually


class Heard:
    """A member that only listens."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def assigned(self, partitions: tuple[int, ...], _member_id: str, _generation: int) -> None:
        self.calls.append(f"assigned {partitions}")

    def placed(self, partition: int, _start: int, _skipped: int) -> None:
        self.calls.append(f"placed {partition}")

    def was_reset(self, reset: Reset) -> None:
        self.calls.append(f"reset {reset.partition}")

    def revoking(self, _positions: Offsets) -> Offsets:
        return {}

    def revoked(self, partitions: tuple[int, ...], _reason: str | None) -> None:
        self.calls.append(f"revoked {partitions}")


def plan(bootstrap: str, topic: str, group: str) -> MemberPlan:
    return MemberPlan(
        connection=Connection(bootstrap),
        client="librdkafka",
        topic=topic,
        group=group,
        client_id=group,
        start=Start(StartKind.BEGINNING),
        read_committed=False,
        session_timeout=10.0,
        heartbeat_interval=0.3,
        work=Work(),
        commit_interval=1.0,
        value_format="purchase",
        fail_on_malformed=False,
        events=False,
        limited=False,
    )


def test_a_member_that_leaves_before_it_heard_of_its_partitions_gets_none(bootstrap: str) -> None:
    topic = f"member-{uuid.uuid4().hex[:12]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([topic])
    consumer, heard = LibrdkafkaConsumer(plan(bootstrap, topic, topic)), Heard()
    consumer.join(heard)
    eventually(lambda: stable(admin, topic), "the group gave it its partitions")
    consumer.close()
    admin.close()
    assert heard.calls == []


def stable(admin: KafkaAdminClient, group: str) -> bool:
    described = admin.describe_groups([group]).get(group, {})
    return bool(described.get("group_state") == "Stable")
