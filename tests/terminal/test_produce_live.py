"""`eventq produce` in a real terminal: one line that is rewritten in place."""

import uuid

import pexpect
import pyte

from tests.in_terminal import ends_with, screen, spawn


def test_one_line_shows_the_run_and_makes_room_for_the_report(bootstrap: str) -> None:
    topic = f"live-{uuid.uuid4().hex[:8]}"
    child = spawn((24, 80), "produce", "-b", bootstrap, "-t", topic, "--rate", "50", "--duration", "2s")
    child.expect(r"\d+ of 100 offered, \d+ acked, 0 failed, ")
    child.expect(pexpect.EOF)
    left = screen((24, 80))
    pyte.ByteStream(left).feed(child.before)
    ends_with(child, 0)
    shown = [line.rstrip() for line in left.display if line.strip()]
    assert shown[0] == f"100 of 100 events acknowledged by {topic}"
    assert not any("offered" in line for line in shown)
