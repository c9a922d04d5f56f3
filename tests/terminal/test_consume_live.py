"""`eventq consume` in a real terminal: one frame that fits, nothing left of it, the report below."""

import termios
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tests.consume_harness import ConsumeHarness
from tests.in_terminal import ends_with, read_until, screen, spawn

SIZES = [(24, 80), (50, 200)]


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ConsumeHarness]:
    harness = ConsumeHarness(bootstrap)
    harness.create()
    harness.fill(3000)
    yield harness
    harness.close()


def start(harness: ConsumeHarness, size: tuple[int, int], *options: str) -> "pexpect.spawn[Any]":
    to = ["-b", harness.bootstrap, "-t", harness.topic, "-g", harness.group, "--heartbeat-interval", "300ms"]
    return spawn(size, "consume", *to, "--from-beginning", *options)


@pytest.mark.parametrize("size", SIZES)
def test_the_table_has_a_row_per_member_and_fits_the_terminal(
    harness: ConsumeHarness, size: tuple[int, int]
) -> None:
    child, shown = start(harness, size, "--work", "5ms", "--count", "3"), screen(size)
    lines = read_until(child, shown, "consuming")
    heads = [i for i, line in enumerate(lines) if harness.topic in line]
    assert len(heads) == 1
    names, totals = lines[heads[0] : heads[0] + 2]
    assert f"group {harness.group}" in names
    assert "processed" in totals
    assert "queue depth" in totals
    assert "rebalance" in totals
    rows = [line.split() for line in lines[heads[0] + 2 :] if "consuming" in line]
    assert 0 < len(rows) <= 3
    assert all(row[1].isdecimal() for row in rows)
    child.sendintr()  # the terminal's ^C must not shift the table that is drawn anew
    left = read_until(child, shown, "committed: ")
    assert sum(f"{harness.topic} · group" in line for line in left) == 1
    ends_with(child, 130)


def test_at_the_end_the_terminal_is_restored_and_the_report_stands_below(harness: ConsumeHarness) -> None:
    child = start(harness, (24, 80), "--until-end")
    before = termios.tcgetattr(child.child_fd)
    child.expect_exact(b"\x1b[?25l")
    child.expect_exact(b"\x1b[?25h")
    child.expect_exact(f"3,000 events of {harness.topic} processed")
    assert termios.tcgetattr(child.child_fd)[3] == before[3]
    ends_with(child, 0)
