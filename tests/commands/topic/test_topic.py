"""`eventq topic` against a real broker."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from eventq.cli import application
from eventq.core.errors import UsageError
from tests.in_process import Done, eventq


class TopicHarness:
    """Runs `eventq topic` and looks at the result with a client of its own."""

    def __init__(self, bootstrap: str, admin: KafkaAdminClient) -> None:
        self.bootstrap, self.admin = bootstrap, admin
        self.topic = f"topic-{uuid.uuid4().hex[:10]}"

    def run(self, *arguments: str, **environment: str) -> Done:
        return eventq("topic", *arguments, KAFKA_BOOTSTRAP_ADDRESS=self.bootstrap, **environment)

    def create(self, *arguments: str, code: int = 0, **environment: str) -> Done:
        done = self.run("create", self.topic, *arguments, **environment)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.run(*arguments, "-o", "json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def partitions(self, topic: str | None = None) -> int:
        return len(self.admin.describe_topics([topic or self.topic])[0]["partitions"])

    def exists(self, topic: str) -> bool:
        return topic in self.admin.list_topics()


@pytest.fixture(scope="module")
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield client
    client.close()


@pytest.fixture
def harness(bootstrap: str, admin: KafkaAdminClient) -> TopicHarness:
    return TopicHarness(bootstrap, admin)


def test_a_created_topic_has_10_partitions_with_a_leader_each(harness: TopicHarness) -> None:
    assert harness.create().stdout == f"created {harness.topic}: 10 partitions, 1 replica\n"
    parts = harness.admin.describe_topics([harness.topic])[0]["partitions"]
    assert [part["leader_id"] >= 0 for part in parts] == [True] * 10


def test_partitions_come_from_the_flag_then_the_environment_and_empty_is_unset(harness: TopicHarness) -> None:
    harness.create("--partitions", "2", KAFKA_PARTITIONS="3")
    assert harness.partitions() == 2
    harness.topic += "-b"
    harness.create(KAFKA_PARTITIONS="3", KAFKA_REPLICAS="1")
    assert harness.partitions() == 3
    harness.topic += "-c"
    harness.create(KAFKA_PARTITIONS="", KAFKA_REPLICAS="")
    assert harness.partitions() == 10


def test_an_existing_topic_is_exit_1_and_says_how_it_differs_from_what_was_asked(
    harness: TopicHarness,
) -> None:
    harness.create("--partitions", "2", "-c", "retention.ms=1000")
    again = harness.create("--partitions", "3", "-c", "retention.ms=2000", code=1)
    assert again.stdout == ""
    assert "with 2 partitions, not 3; retention.ms=1000, not 2000" in again.stderr
    assert "with what was asked for" in harness.create("--partitions", "2", code=1).stderr


def test_if_not_exists_is_exit_0_and_warns_of_the_same(harness: TopicHarness) -> None:
    harness.create("--partitions", "2")
    again = harness.create("--partitions", "3", "--if-not-exists")
    assert again.stdout == f"exists {harness.topic}: 2 partitions, 1 replica\n"
    assert "warning" in again.stderr
    assert "with 2 partitions, not 3" in again.stderr
    assert harness.create("--partitions", "3", "--if-not-exists", "-q").stderr == ""


def test_several_topics_are_reported_one_by_one_and_those_that_can_be_are_made(harness: TopicHarness) -> None:
    harness.create("--partitions", "1")
    other = f"{harness.topic}-b"
    found = harness.json("create", harness.topic, other, "--partitions", "1", code=1)["topics"]
    assert [(row["topic"], row["result"]) for row in found] == [(harness.topic, "failed"), (other, "created")]
    assert found[0]["error"]
    assert harness.exists(other)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--partitions", "0"), 2, "--partitions"),
        (("--replicas", "99"), 1, "replication factor of 99"),
        (("-c", "retention.mss=1"), 1, "retention.mss"),
        (("-c", "retention.ms=soon"), 1, "soon"),
    ],
)
def test_what_can_not_be_made_is_told_clearly(
    harness: TopicHarness, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = harness.create(*arguments, code=code)
    assert told in done.stderr
    assert not harness.exists(harness.topic)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "a b"), "not a name for a topic"),
        (("create", "a", "-c", "retention.ms"), "retention.ms"),
        (("create", "a", "-o", "yaml"), "yaml"),
        (("alter", "a"), "nothing to alter"),
        (("describe", "a/b"), "not a name for a topic"),
    ],
)
def test_a_call_that_can_not_mean_anything_is_refused_before_a_broker_is_asked(
    arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        application()(["topic", *arguments], standalone_mode=False)


def test_a_bad_number_in_the_environment_names_its_variable(harness: TopicHarness) -> None:
    assert "KAFKA_PARTITIONS" in harness.create(code=2, KAFKA_PARTITIONS="many").stderr


def test_describe_shows_where_each_partition_lives_what_its_log_holds_and_what_is_not_default(
    harness: TopicHarness,
) -> None:
    harness.create("--partitions", "2", "-c", "retention.ms=100000")
    send(harness, 5, 3)
    harness.admin.delete_records({TopicPartition(harness.topic, 0): 2})
    found = harness.json("describe", harness.topic)["topics"][0]
    rows = [(p["log_start"], p["end"], p["retained"]) for p in found["partitions"]]
    assert rows == [(2, 5, 3), (0, 3, 3)]
    assert (found["retained"], found["replicas"], found["error"]) == (6, 1, None)
    assert {"name": "retention.ms", "value": "100000", "source": "topic"} in found["configs"]
    place = [(p["leader"], p["replicas"], p["in_sync"], p["under_replicated"]) for p in found["partitions"]]
    assert place == [(place[0][0], [place[0][0]], [place[0][0]], False)] * 2


def test_describe_of_an_unknown_topic_is_exit_4_and_the_others_are_shown(harness: TopicHarness) -> None:
    harness.create("--partitions", "1")
    done = harness.run("describe", harness.topic, "no-such-topic")
    assert done.returncode == 4
    assert "no such topic: no-such-topic" in done.stderr
    assert f"topic {harness.topic}  1 partition" in done.stdout
    assert [
        row["error"] is None for row in harness.json("describe", harness.topic, "nope", code=4)["topics"]
    ] == [
        True,
        False,
    ]


def test_a_pipe_gets_one_plain_line_for_each_partition_and_for_each_topic(harness: TopicHarness) -> None:
    harness.create("--partitions", "3")
    described = harness.run("describe", harness.topic).stdout
    assert [line.split()[:2] for line in described.splitlines()[1:4]] == [
        [harness.topic, str(n)] for n in range(3)
    ]
    listed = harness.run("list").stdout
    assert [harness.topic, "3", "1", "0", "0"] in [line.split() for line in listed.splitlines()]
    assert "\x1b" not in described + listed


def test_list_leaves_kafkas_own_topics_out_unless_asked(harness: TopicHarness) -> None:
    harness.create()
    harness.admin.list_group_offsets({"any": None})
    names = {row["topic"] for row in harness.json("list")["topics"]}
    assert harness.topic in names
    assert not any(name.startswith("__") for name in names)
    assert any(row["internal"] for row in harness.json("list", "--internal")["topics"])


def test_alter_grows_a_topic_and_warns_that_keys_fall_elsewhere(harness: TopicHarness) -> None:
    harness.create("--partitions", "2")
    done = harness.run("alter", harness.topic, "--partitions", "4", "-c", "retention.ms=5000")
    assert (done.returncode, done.stdout) == (
        0,
        f"altered {harness.topic}: 4 partitions, retention.ms=5000\n",
    )
    assert "keys map to other partitions" in done.stderr
    found = harness.json("describe", harness.topic)["topics"][0]
    assert [part["leader"] is not None for part in found["partitions"]] == [True] * 4
    assert {"name": "retention.ms", "value": "5000", "source": "topic"} in found["configs"]
    again = harness.run("alter", harness.topic, "--partitions", "4")
    assert (again.returncode, again.stdout) == (0, f"unchanged {harness.topic}: 4 partitions\n")


def test_what_can_not_be_altered_is_told_and_nothing_is_changed(harness: TopicHarness) -> None:
    harness.create("--partitions", "2")
    for arguments, code, told in (
        (("--partitions", "1", "-c", "retention.ms=1"), 1, "can't shrink to 1"),
        (("--partitions", "0"), 2, "--partitions"),
        (("-c", "retention.ms=soon", "--partitions", "5"), 1, "soon"),
        (("-c", "retention.mss=1"), 1, "retention.mss"),
    ):
        done = harness.run("alter", harness.topic, *arguments)
        assert (done.returncode, done.stdout) == (code, "")
        assert told in done.stderr
    found = harness.json("describe", harness.topic)["topics"][0]
    assert len(found["partitions"]) == 2
    assert not [config for config in found["configs"] if config["source"] == "topic"]


def test_alter_of_an_unknown_topic_is_exit_4_and_the_others_are_altered(harness: TopicHarness) -> None:
    harness.create("--partitions", "2")
    done = harness.run("alter", "no-such-topic", harness.topic, "--partitions", "3")
    assert done.returncode == 4
    assert harness.partitions() == 3


def test_delete_without_a_terminal_and_without_yes_is_exit_2_and_deletes_nothing(
    harness: TopicHarness,
) -> None:
    harness.create("--partitions", "1")
    done = harness.run("delete", harness.topic)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert harness.exists(harness.topic)


def test_delete_with_yes_deletes_what_there_is_and_is_exit_4_for_the_rest(harness: TopicHarness) -> None:
    harness.create("--partitions", "1")
    found = harness.json("delete", harness.topic, "no-such-topic", "--yes", code=4)["topics"]
    assert [row["result"] for row in found] == ["deleted", "failed"]
    assert not harness.exists(harness.topic)
    harness.create("--partitions", "2")
    assert harness.partitions() == 2


def send(harness: TopicHarness, *counts: int) -> None:
    """`counts[n]` records to partition n."""
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap)
    for partition, count in enumerate(counts):
        for _ in range(count):
            producer.send(harness.topic, b"x", partition=partition)
    producer.flush()
    producer.close()
