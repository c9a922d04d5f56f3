"""`eventq` in a real terminal, whose screen a test reads."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pexpect
import pyte

PATIENCE_SECONDS = 60.0


def spawn(size: tuple[int, int], *arguments: str, **options: Any) -> "pexpect.spawn[Any]":
    """`eventq ARGUMENTS` in a terminal of `size` (rows, columns); `options` are pexpect's."""
    environment = {**os.environ, "TERM": "xterm-256color"}
    for name in ("COLUMNS", "LINES"):  # set in the test's process they would count for more than the size
        environment.pop(name, None)
    command = ["-m", "eventq", *arguments]
    return pexpect.spawn(
        sys.executable, command, dimensions=size, timeout=PATIENCE_SECONDS, env=environment, **options
    )


def screen(size: tuple[int, int]) -> pyte.Screen:
    rows, columns = size
    return pyte.Screen(columns, rows)


def read_until(
    child: "pexpect.spawn[Any]", screen: pyte.Screen, shows: str | Callable[[list[str]], bool]
) -> list[str]:
    """The first frame with this text in a line, or of which this holds."""
    wanted = shows if callable(shows) else lambda lines: any(shows in line for line in lines)
    stream, deadline = pyte.ByteStream(screen), time.monotonic() + PATIENCE_SECONDS
    while not wanted(list(screen.display)):
        assert time.monotonic() < deadline, "\n".join(screen.display)
        stream.feed(child.read_nonblocking(65536, timeout=PATIENCE_SECONDS))
    return list(screen.display)


def ends_with(child: "pexpect.spawn[Any]", code: int) -> None:
    """It ends by itself, with this exit code."""
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
