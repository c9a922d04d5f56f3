"""What asks on a terminal takes only yes for yes; tables keep their numbers whole."""

import re
import uuid

import pexpect
import pytest
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition

from tests.in_terminal import ends_with, spawn


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("y\n", 0, False), ("\n", 1, True), ("\x03", 130, True)]
)
def test_delete_asks_and_only_yes_deletes(bootstrap: str, answer: str, code: int, left: bool) -> None:
    name = f"asked-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([name])
    child = asked(bootstrap, "topic", "delete", name)
    child.expect_exact(f"Delete {name} (2 partitions, 1 replica) and all their records? [y/N] ")
    child.send(answer)
    ends_with(child, code)
    assert (name in admin.list_topics()) is left
    admin.close()


def test_group_delete_asks_too(bootstrap: str) -> None:
    name = made(bootstrap)
    child = asked(bootstrap, "group", "delete", name)
    child.expect_exact(f"Delete group {name} and its commits? [y/N] ")
    child.send("n\n")
    ends_with(child, 1)


def test_tables_fit_80_columns_with_their_numbers_whole(bootstrap: str) -> None:
    name = made(bootstrap)
    for arguments in (("topic", "describe", name), ("group", "reset", "-g", name, "--to", "1000000")):
        child = asked(bootstrap, *arguments)
        text = child.read()
        child.close()
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert "…" not in plain
        assert all(len(line) <= 80 for line in plain.splitlines() if not line.startswith("eventq:"))
    assert f"{name}:0: 1000000 lies beyond the end 0: moved there" in plain


def made(bootstrap: str) -> str:
    """A topic of two partitions and a group of the same name that committed in one of them."""
    name = f"shown-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([name])
    admin.alter_group_offsets(name, {TopicPartition(name, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    return name


def asked(bootstrap: str, *arguments: str) -> "pexpect.spawn[str]":
    return spawn((24, 80), *arguments, "-b", bootstrap, encoding="utf-8")
