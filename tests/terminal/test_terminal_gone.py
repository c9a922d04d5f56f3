"""A terminal that is gone amid a live view: work goes on, what only shows ends, and nothing hangs."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.consume_harness import ConsumeHarness

PATIENCE_SECONDS = 60.0


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ConsumeHarness]:
    harness = ConsumeHarness(bootstrap)
    harness.create()
    harness.fill(900)
    yield harness
    harness.close()


class Gone:
    """A call with these streams on a terminal that goes away as soon as something is shown there.

    It is not the call's controlling terminal, so that no SIGHUP ends it, as under nohup.
    """

    def __init__(self, *arguments: str, on: tuple[str, ...]) -> None:
        master, slave = pty.openpty()
        streams: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        streams.update(dict.fromkeys(on, slave))
        process = subprocess.Popen(
            [sys.executable, "-m", "eventq", *arguments],
            **streams,
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        shown = b""
        while b"\x1b" not in shown:  # the first frame
            shown += os.read(master, 65536)
        os.close(master)
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()
        self.code, self.out, self.err = process.returncode, (out or b"").decode(), (err or b"").decode()


def test_a_group_goes_on_to_its_goal(harness: ConsumeHarness) -> None:
    to = ["-b", harness.bootstrap, "-t", harness.topic, "-g", harness.group, "--heartbeat-interval", "300ms"]
    run = Gone("consume", *to, "--from-beginning", "-n", "900", "--work", "2ms", on=("stderr",))
    assert (run.code, "900 events" in run.out) == (0, True)
    assert sum(harness.committed().values()) == 900


def test_a_load_goes_on_to_its_end(harness: ConsumeHarness) -> None:
    to = ["-b", harness.bootstrap, "-t", harness.topic]
    run = Gone("produce", *to, "--rate", "100", "-n", "150", on=("stdin", "stderr"))
    assert (run.code, "150" in run.out) == (0, True)


def test_a_wait_goes_on_to_its_end(harness: ConsumeHarness) -> None:
    to = ["-b", harness.bootstrap, "-t", harness.topic, "-g", harness.group]
    run = Gone("lag", "wait", *to, "--timeout", "2s", "-o", "json", on=("stderr",))
    assert (run.code, '"timed-out"' in run.out) == (124, True)


def test_a_watch_has_nowhere_to_show_itself_and_ends(harness: ConsumeHarness) -> None:
    to = ["-b", harness.bootstrap, "-g", harness.group, "-t", harness.topic]
    run = Gone("lag", "watch", *to, "--interval", "100ms", on=("stdout",))
    lost = (
        "eventq: stdout can't be written to: Input/output error\n  is its terminal or device still there?\n"
    )
    assert (run.code, run.err) == (1, lost)


def test_a_watch_that_also_reads_from_the_terminal_ends(harness: ConsumeHarness) -> None:
    to = ["-b", harness.bootstrap, "-g", harness.group, "-t", harness.topic]
    run = Gone("lag", "watch", *to, "--interval", "100ms", on=("stdin", "stdout"))
    assert run.code == 1
    assert run.err.count("\n") == 2
    assert run.err.startswith("eventq: stdout can't be written to")
