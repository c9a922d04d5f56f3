"""What a member's consumer promises the member, below the group of processes."""

import time
import uuid
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.coordinator.assignors.range import RangePartitionAssignor

from eventq.broker.consume import librdkafka
from eventq.broker.consume.kafka_python import KafkaPythonConsumer
from eventq.broker.consume.librdkafka import LibrdkafkaConsumer
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.report import Offsets
from eventq.core.consume.work import Work
from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection
from eventq.core.start import Start, StartKind
from eventq.loops.consume.group_consumer import GroupConsumer
from tests.consume_harness import eventually
from tests.slow_coordinator import slow_coordinator

POLL = 0.1


class Heard:
    """A member that only listens, and commits `last` of what it gives up."""

    def __init__(self, last: Offsets | None = None) -> None:
        self.calls: list[str] = []
        self.reasons: list[str | None] = []
        self._last = last or {}

    def assigned(self, partitions: tuple[int, ...], _member_id: str, _generation: int) -> None:
        self.calls.append(f"assigned {partitions}")

    def revoking(self, _positions: Offsets) -> Offsets:
        return self._last

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        self.calls.append(f"revoked {partitions}")
        self.reasons.append(reason)


def plan(bootstrap: str, topic: str, group: str) -> MemberPlan:
    return MemberPlan(
        connection=Connection(bootstrap, {"metadata.max.age.ms": "200"}),
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
        events=False,
        limited=False,
    )


def test_a_member_that_leaves_before_it_heard_of_its_partitions_gets_none(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    topic = made_topic(admin, partitions=2)
    consumer, heard = LibrdkafkaConsumer(plan(bootstrap, topic, topic)), Heard()
    consumer.join(heard)
    eventually(lambda: stable(admin, topic), "the group gave it its partitions")
    consumer.close()
    admin.close()
    assert heard.calls == []


@pytest.mark.parametrize("kind", [LibrdkafkaConsumer, KafkaPythonConsumer])
def test_the_commit_of_a_rebalance_waits_for_a_coordinator_that_is_not_ready(
    bootstrap: str, kind: Callable[[MemberPlan], GroupConsumer]
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    topic = made_topic(admin, partitions=2)
    with slow_coordinator(bootstrap) as slow:
        first, heard = kind(plan(slow.bootstrap, topic, topic)), Heard({0: 3, 1: 4})
        first.join(heard)
        eventually(lambda: first.poll(POLL, 10) or heard.calls, "the only member got both partitions")
        second = kind(plan(bootstrap, topic, topic))
        second.join(Heard())
        eventually(lambda: second.poll(POLL, 10) or first.poll(POLL, 10) or heard.reasons, "it gave them up")
        refused = slow.kinds(topic)
        first.close()
        second.close()
    assert "OffsetCommitRequest" in refused
    assert heard.reasons[0] is None
    assert committed(admin, topic) == {0: 3, 1: 4}
    admin.close()


class Stuck:
    """In place of a client whose close never returns, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.released = Event()
        self._error = error

    def close(self) -> None:
        if self._error is not None:
            raise self._error
        self.released.wait()


def test_a_client_that_does_not_return_from_its_close_keeps_no_member(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(librdkafka, "_CLOSE_SECONDS", 0.1)
    consumer, stuck = LibrdkafkaConsumer(plan(bootstrap, "stuck", "stuck")), Stuck()
    consumer._consumer.close()
    consumer._consumer = stuck
    consumer.close()
    assert not stuck.released.is_set()
    stuck.released.set()


def test_what_a_close_raises_is_raised(bootstrap: str) -> None:
    consumer = LibrdkafkaConsumer(plan(bootstrap, "failing", "failing"))
    consumer._consumer.close()
    consumer._consumer = Stuck(EventqError("the parent is gone"))
    with pytest.raises(EventqError, match="the parent is gone"):
        consumer.close()


def test_a_leader_whose_poll_ends_while_it_assigns_new_partitions_still_gets_them(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    topic = made_topic(admin, partitions=1)
    consumer = KafkaPythonConsumer(plan(bootstrap, topic, topic))
    consumer.join(Heard())
    eventually(lambda: polled(consumer) == {0}, "the member got the only partition")
    late = staticmethod(late_once(RangePartitionAssignor.assign))
    monkeypatch.setattr(RangePartitionAssignor, "assign", late)
    admin.create_partitions({topic: 2})
    eventually(lambda: polled(consumer) == {0, 1}, "the member got the new partition too")
    consumer.close()
    admin.close()


def made_topic(admin: KafkaAdminClient, partitions: int) -> str:
    topic = f"member-{uuid.uuid4().hex[:12]}"
    admin.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}})
    admin.wait_for_topics([topic])
    return topic


def polled(consumer: KafkaPythonConsumer) -> set[int]:
    consumer.poll(POLL, 10)
    return consumer.owned


def late_once(assign: Callable[..., Any]) -> Callable[..., Any]:
    """As on a starved machine: the assignment takes longer, once, than the poll that waits for it."""
    delays = [2 * POLL]

    def late(*arguments: Any) -> Any:
        time.sleep(delays.pop() if delays else 0)
        return assign(*arguments)

    return late


def committed(admin: KafkaAdminClient, group: str) -> Offsets:
    offsets = admin.list_group_offsets({group: None})[group]
    return {at.partition: kept.offset for at, kept in offsets.items()}


def stable(admin: KafkaAdminClient, group: str) -> bool:
    described = admin.describe_groups([group]).get(group, {})
    return bool(described.get("group_state") == "Stable")
