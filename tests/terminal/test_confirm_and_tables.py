"""What asks on a terminal takes only yes for yes; tables keep their numbers whole."""

import re
import uuid

import pexpect
import pytest
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition

from eventq.core import safe_text
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


def test_a_terminal_without_columns_shows_the_table(bootstrap: str) -> None:
    name = made(bootstrap)
    child = spawn((0, 0), "topic", "describe", name, "-b", bootstrap, encoding="utf-8")
    text = child.read()
    child.close()
    assert text.count("under-replicated") + text.count("ok") >= 2


def test_a_name_that_is_markup_elsewhere_is_a_name_here(bootstrap: str) -> None:
    names = [
        made(bootstrap, suffix) for suffix in ("[prod]", "[/]", ":warning:", "\x1b]0;owned\x07\nforged 9")
    ]
    child = spawn((24, 200), "group", "list", "-b", bootstrap, encoding="utf-8")
    text = child.read()
    ends_with(child, 0)
    assert all(safe_text.name(name) in text for name in names)
    assert "\x1b]0" not in text


def made(bootstrap: str, suffix: str = "") -> str:
    """A topic of two partitions and a group of the same name, and `suffix`, that committed in one of them."""
    name = f"shown-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([name])
    admin.alter_group_offsets(name + suffix, {TopicPartition(name, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    return name + suffix


def asked(bootstrap: str, *arguments: str) -> "pexpect.spawn[str]":
    return spawn((24, 80), *arguments, "-b", bootstrap, encoding="utf-8")
