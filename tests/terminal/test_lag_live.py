"""`eventq lag watch` in a real terminal: one frame that fits, and the terminal given back."""

import termios
import uuid
from typing import Any

import pexpect
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.in_terminal import ends_with, read_until, screen, spawn


@pytest.fixture(scope="module")
def group(bootstrap: str) -> str:
    """A group that reads a topic of 60 partitions, more than a screen shows."""
    name = f"live-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 60, "replication_factor": 1}})
    admin.wait_for_topics([name])
    admin.alter_group_offsets(name, {TopicPartition(name, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    return name


def start(bootstrap: str, group: str, size: tuple[int, int]) -> "pexpect.spawn[Any]":
    return spawn(size, "lag", "watch", "-b", bootstrap, "-g", group, "--interval", "100ms")


@pytest.mark.parametrize("size", [(24, 80), (50, 200)])
def test_the_frame_fits_the_terminal_and_says_what_it_leaves_out(
    bootstrap: str, group: str, size: tuple[int, int]
) -> None:
    child = start(bootstrap, group, size)

    def is_full(lines: list[str]) -> bool:  # a frame of the start may be for the size before
        rows = sum(group in line and "no-commit" in line for line in lines)
        return rows >= size[0] - 8 and any("not shown (largest lag first)" in line for line in lines)

    lines = read_until(child, screen(size), is_full)
    assert lines[0].startswith("eventq lag watch")
    assert lines[1].startswith(f"group {group}")
    child.send("q")
    ends_with(child, 0)


@pytest.mark.parametrize(("ending", "code"), [("q", 0), ("\x03", 130), ("SIGTERM", 143)])
def test_however_it_ends_the_terminal_is_restored(bootstrap: str, group: str, ending: str, code: int) -> None:
    child = start(bootstrap, group, (24, 80))
    before = termios.tcgetattr(child.child_fd)
    child.expect("q quits")
    if ending == "SIGTERM":
        child.kill(15)
    else:
        child.send(ending)
    child.expect_exact(b"\x1b[?1049l")
    child.expect(pexpect.EOF)
    assert termios.tcgetattr(child.child_fd)[3] == before[3]
    ends_with(child, code)
