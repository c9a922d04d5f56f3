"""The reads that lag needs: what is promised of every reader, on a real broker."""

import uuid
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.managers import BaseManager

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka import TopicPartition as ClientPartition
from kafka.structs import OffsetAndMetadata

from eventq.broker.lag.kafka_python import KafkaPythonLagReader
from eventq.broker.lag.librdkafka import LibrdkafkaLagReader
from eventq.broker.lag.librdkafka_process import IsolatedLagReader
from eventq.core.kafka import Isolation, TopicPartition
from eventq.core.lag.reads import ListedGroup
from eventq.core.settings.settings import Connection
from eventq.loops.lag.snapshot import LagReader
from tests.consume_harness import eventually
from tests.other_groups import share_group, streams_group

IN_PROCESS: dict[str, type[KafkaPythonLagReader | LibrdkafkaLagReader]] = {
    "kafka-python": KafkaPythonLagReader,
    "librdkafka": LibrdkafkaLagReader,
}
UNCOMMITTED = Isolation.READ_UNCOMMITTED


class NoClientYet(BaseManager):
    """A process in which no client runs, as in eventq's own when it forks one off for librdkafka.

    Forked off here, it could find a lock of librdkafka held by a thread that it has not got.
    """


READS = ("list_groups", "describe", "committed", "topics", "bounds", "__exit__")
NoClientYet.register("IsolatedLagReader", IsolatedLagReader, exposed=READS)


@pytest.fixture(scope="module")
def no_client_yet() -> Iterator[NoClientYet]:
    with NoClientYet(ctx=get_context("spawn")) as manager:
        yield manager


@pytest.fixture(params=[*IN_PROCESS, "apart"])
def reader(bootstrap: str, no_client_yet: NoClientYet, request: pytest.FixtureRequest) -> Iterator[LagReader]:
    connection = Connection(bootstrap=bootstrap)
    if request.param == "apart":
        one = no_client_yet.IsolatedLagReader(connection)  # type: ignore[attr-defined]
        yield one
        one._callmethod("__exit__")
    else:
        with IN_PROCESS[request.param](connection) as one:
            yield one


@pytest.fixture(scope="module")
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield client
    client.close()


@pytest.fixture(scope="module")
def topic(bootstrap: str, admin: KafkaAdminClient) -> str:
    """Two partitions with five records in the first."""
    name = f"reads-{uuid.uuid4().hex[:8]}"
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([name])
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for _ in range(5):
        producer.send(name, b"x", partition=0)
    producer.flush()
    producer.close()
    return name


@pytest.fixture(scope="module")
def group(admin: KafkaAdminClient, topic: str) -> str:
    """It has committed 3 in the first partition and has no member."""
    admin.alter_group_offsets(topic, {ClientPartition(topic, 0): OffsetAndMetadata(3, "", -1)})
    return topic


def test_a_group_without_members_is_listed_described_and_has_its_commits(
    reader: LagReader, group: str
) -> None:
    assert ListedGroup(group, "Empty", "classic") in reader.list_groups().groups
    found = reader.describe([ListedGroup(group, "", "")])[group]
    assert (found.type, found.state, found.members, found.exists) == ("classic", "Empty", (), True)
    assert reader.committed([group])[group].offsets == {TopicPartition(group, 0): 3}


def test_a_group_that_does_not_exist_is_dead_without_commits_or_error(reader: LagReader, group: str) -> None:
    found = reader.describe([ListedGroup(group, "", ""), ListedGroup("no-such-group", "", "")])
    assert [found[name].exists for name in (group, "no-such-group")] == [True, False]
    commits = reader.committed(["no-such-group"])["no-such-group"]
    assert (commits.offsets, commits.error) == ({}, None)


def test_a_topic_has_its_id_and_leaders_and_a_missing_one_is_left_out_and_not_made(
    reader: LagReader, topic: str, admin: KafkaAdminClient
) -> None:
    missing = f"{topic}-missing"
    found = reader.topics([topic, missing])
    assert set(found) == {topic}
    assert found[topic].topic_id
    assert set(found[topic].leaders) == {0, 1}
    assert missing not in admin.list_topics()


def test_an_unknown_partition_keeps_its_error_and_the_others_their_bounds(
    reader: LagReader, topic: str
) -> None:
    leader = reader.topics([topic])[topic].leaders[0]
    assert leader is not None
    keys = [TopicPartition(topic, 0), TopicPartition(topic, 9), TopicPartition(f"{topic}-missing", 0)]
    found = reader.bounds(dict.fromkeys(keys, leader), UNCOMMITTED)
    assert (found[keys[0]].log_start, found[keys[0]].end, found[keys[0]].error) == (0, 5, None)
    assert [found[key].moved for key in keys] == [False, True, True]
    assert all(found[key].error for key in keys[1:])


def test_the_last_stable_offset_comes_with_the_high_watermark(reader: LagReader, topic: str) -> None:
    leaders = {TopicPartition(topic, 0): reader.topics([topic])[topic].leaders[0] or 0}
    found = reader.bounds(leaders, Isolation.READ_COMMITTED)[TopicPartition(topic, 0)]
    assert (found.end, found.high_watermark) == (5, 5)


@pytest.mark.parametrize(("make", "kind"), [(share_group, "share"), (streams_group, "streams")])
def test_share_and_streams_groups_have_their_type_and_never_an_error(
    reader: LagReader, bootstrap: str, topic: str, make: Callable[[str, str, str], None], kind: str
) -> None:
    name = f"{topic}-{kind}-{uuid.uuid4().hex[:4]}"
    make(bootstrap, name, topic)
    listed = eventually(
        lambda: next((g for g in reader.list_groups().groups if g.group == name), None), f"{name} is listed"
    )
    assert listed.type == kind
    for asked in (listed, ListedGroup(name, "", "")):
        found = reader.describe([asked])[name]
        assert (found.type, found.members, found.error, found.exists) == (kind, None, None, True)
        assert found.note
        assert found.state


def test_a_thousand_groups_are_asked_about_in_one_call(reader: LagReader, group: str) -> None:
    names = [group, *(f"{group}-{n}" for n in range(1000))]
    described = reader.describe([ListedGroup(name, "", "") for name in names])
    commits = reader.committed(names)
    assert {name for name, found in described.items() if found.exists} == {group}
    assert {name for name, found in commits.items() if found.offsets} == {group}
    assert not any(found.error for found in described.values())
    assert not any(found.error for found in commits.values())
