"""`eventq topic` against a real broker."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaAdminClient

Done = subprocess.CompletedProcess[str]


class Desk:
    """Runs `eventq topic` and looks at the result with a client of its own."""

    def __init__(self, bootstrap: str, admin: KafkaAdminClient) -> None:
        self.bootstrap, self.admin = bootstrap, admin
        self.topic = f"topic-{uuid.uuid4().hex[:10]}"

    def run(self, *arguments: str, **environment: str) -> Done:
        command = [sys.executable, "-m", "eventq", "topic", *arguments]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("KAFKA_")}
        settings = {**clean, "KAFKA_BOOTSTRAP_ADDRESS": self.bootstrap, **environment}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=settings,
            stdin=subprocess.DEVNULL,
        )

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
def desk(bootstrap: str, admin: KafkaAdminClient) -> Desk:
    return Desk(bootstrap, admin)


def test_a_created_topic_has_10_partitions_with_a_leader_each(desk: Desk) -> None:
    assert desk.create().stdout == f"created {desk.topic}: 10 partitions, 1 replica\n"
    parts = desk.admin.describe_topics([desk.topic])[0]["partitions"]
    assert [part["leader_id"] >= 0 for part in parts] == [True] * 10


def test_partitions_come_from_the_flag_then_the_environment_and_empty_is_unset(desk: Desk) -> None:
    desk.create("--partitions", "2", KAFKA_PARTITIONS="3")
    assert desk.partitions() == 2
    desk.topic += "-b"
    desk.create(KAFKA_PARTITIONS="3", KAFKA_REPLICAS="1")
    assert desk.partitions() == 3
    desk.topic += "-c"
    desk.create(KAFKA_PARTITIONS="", KAFKA_REPLICAS="")
    assert desk.partitions() == 10


def test_an_existing_topic_is_exit_1_and_says_how_it_differs_from_what_was_asked(desk: Desk) -> None:
    desk.create("--partitions", "2", "-c", "retention.ms=1000")
    again = desk.create("--partitions", "3", "-c", "retention.ms=2000", code=1)
    assert again.stdout == ""
    assert "with 2 partitions, not 3; retention.ms=1000, not 2000" in again.stderr
    assert "as asked for" in desk.create("--partitions", "2", code=1).stderr


def test_if_not_exists_is_exit_0_and_warns_of_the_same(desk: Desk) -> None:
    desk.create("--partitions", "2")
    again = desk.create("--partitions", "3", "--if-not-exists")
    assert again.stdout == f"exists {desk.topic}: 2 partitions, 1 replica\n"
    assert "warning" in again.stderr
    assert "with 2 partitions, not 3" in again.stderr
    assert desk.create("--partitions", "3", "--if-not-exists", "-q").stderr == ""


def test_several_topics_are_reported_one_by_one_and_those_that_can_be_are_made(desk: Desk) -> None:
    desk.create("--partitions", "1")
    other = f"{desk.topic}-b"
    found = desk.json("create", desk.topic, other, "--partitions", "1", code=1)["topics"]
    assert [(row["topic"], row["result"]) for row in found] == [(desk.topic, "failed"), (other, "created")]
    assert found[0]["error"]
    assert desk.exists(other)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("a b",), 2, "not a name for a topic"),
        (("--partitions", "0"), 2, "--partitions"),
        (("--replicas", "99"), 1, "replication factor of 99"),
        (("-c", "retention.mss=1"), 1, "retention.mss"),
        (("-c", "retention.ms=soon"), 1, "soon"),
        (("-c", "retention.ms"), 2, "retention.ms"),
        (("-o", "yaml"), 2, "yaml"),
    ],
)
def test_what_can_not_be_made_is_told_clearly(
    desk: Desk, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = desk.create(*arguments, code=code)
    assert told in done.stderr
    assert not desk.exists(desk.topic)


def test_a_bad_number_in_the_environment_names_its_variable(desk: Desk) -> None:
    assert "KAFKA_PARTITIONS" in desk.create(code=2, KAFKA_PARTITIONS="many").stderr
