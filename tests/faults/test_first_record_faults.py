"""Time lag while the leader of a partition moves or dies: the next leader is asked."""

from contextlib import closing
from typing import Any

import pytest

from eventq.broker.lag import first_record
from eventq.broker.lag.first_record import FirstRecords
from eventq.core.kafka import Isolation
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.settings.settings import Connection
from tests.lag_harness import LagHarness
from tests.private_kafka import PrivateKafka


class Replicated(LagHarness):
    """Its topic has a replica on each node."""

    def create(self) -> None:
        self.admin.create_topics({self.topic: {"num_partitions": 2, "replication_factor": 3}})
        self.admin.wait_for_topics([self.topic])

    def leader(self) -> int:
        (topic,) = self.admin.describe_topics([self.topic])
        return next(int(p["leader_id"]) for p in topic["partitions"] if p["partition_index"] == 0)


def ranges(harness: LagHarness) -> list[Range]:
    return [Range(harness.topic, n, 5, 100) for n in range(2)]


def records(cluster: PrivateKafka) -> "closing[FirstRecords]":
    """With time for an election on a busy machine."""
    connection = Connection(bootstrap=cluster.bootstrap, connect_timeout=90)
    return closing(FirstRecords(connection, Isolation.READ_UNCOMMITTED))


def undated(found: "dict[Range, FirstRecord]") -> "list[FirstRecord]":
    return [first for first in found.values() if first.timestamp is None]


def test_a_broker_that_is_not_the_leader_any_more_is_not_the_last_to_be_asked(
    cluster: PrivateKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaders, asked = first_record._leaders, []

    def outdated(*arguments: Any) -> Any:
        found = leaders(*arguments)
        asked.append(found)
        return {key: (leader or 0) % 3 + 1 for key, leader in found.items()} if len(asked) == 1 else found

    monkeypatch.setattr(first_record, "_leaders", outdated)
    with LagHarness(cluster.bootstrap) as harness, records(cluster) as each:
        assert not undated(each.find(ranges(harness)))
    assert len(asked) > 1


def test_a_leader_that_is_killed_is_followed_by_the_next_one(cluster: PrivateKafka) -> None:
    harness = Replicated(cluster.bootstrap)
    with harness, records(cluster) as each:
        assert not undated(each.find(ranges(harness)))
        leader = harness.leader()
        harness.disconnect()
        cluster.kill(leader)
        assert not undated(each.find(ranges(harness)))
