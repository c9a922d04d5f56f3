"""`eventq lag watch` in a real terminal: one frame that fits, and the terminal given back."""

import os
import sys
import termios
import time
import uuid
from collections.abc import Callable

import pexpect
import pyte
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata


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


def start(bootstrap: str, group: str, size: tuple[int, int]) -> pexpect.spawn:  # type: ignore[type-arg]
    arguments = ["-m", "eventq", "lag", "watch", "-b", bootstrap, "-g", group, "--interval", "100ms"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    return pexpect.spawn(sys.executable, arguments, dimensions=size, timeout=20, env=environment)


def read_until(
    child: pexpect.spawn,  # type: ignore[type-arg]
    screen: pyte.Screen,
    shows: Callable[[list[str]], bool],
) -> list[str]:
    """The first frame that does; one of the start may be for a size that the terminal had before."""
    stream, deadline = pyte.ByteStream(screen), time.monotonic() + 20
    while not shows(list(screen.display)):
        assert time.monotonic() < deadline, screen.display
        stream.feed(child.read_nonblocking(65536, timeout=20))
    return list(screen.display)


@pytest.mark.parametrize("size", [(24, 80), (50, 200)])
def test_the_frame_fits_the_terminal_and_says_what_it_leaves_out(
    bootstrap: str, group: str, size: tuple[int, int]
) -> None:
    child = start(bootstrap, group, size)

    def is_full(lines: list[str]) -> bool:
        rows = sum(group in line and "no-commit" in line for line in lines)
        return rows >= size[0] - 8 and any("not shown (deepest first)" in line for line in lines)

    lines = read_until(child, pyte.Screen(size[1], size[0]), is_full)
    assert lines[0].startswith("eventq lag watch")
    assert lines[1].startswith(f"group {group}")
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


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
    child.close()
    assert child.exitstatus == code
