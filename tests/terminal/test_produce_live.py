"""`eventq produce` in a real terminal: one line that is rewritten in place."""

import os
import sys
import uuid

import pexpect
import pyte


def test_one_line_shows_the_run_and_makes_room_for_the_report(bootstrap: str) -> None:
    topic = f"live-{uuid.uuid4().hex[:8]}"
    arguments = ["-m", "eventq", "produce", "-b", bootstrap, "-t", topic, "--rate", "50", "--duration", "2s"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    child = pexpect.spawn(sys.executable, arguments, dimensions=(24, 80), timeout=30, env=environment)
    child.expect(r"\d+ of 100 offered, \d+ acked, 0 failed, ")
    child.expect(pexpect.EOF)
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)
    stream.feed(child.before)
    child.close()
    shown = [line.rstrip() for line in screen.display if line.strip()]
    assert child.exitstatus == 0
    assert shown[0] == f"100 of 100 events acknowledged by {topic}"
    assert not any("offered" in line for line in shown)
