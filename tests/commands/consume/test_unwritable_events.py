"""`eventq consume` where its events or its notes can't be written: whatever is committed was written."""

import json
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.consume_harness import ConsumeHarness, either_client, eventually

FULL = "eventq: stdout can't be written to: No space left on device\n"


@pytest.fixture
def full() -> Iterator[IO[bytes]]:
    with Path("/dev/full").open("wb") as device:
        yield device


def limited(size: int) -> Callable[[], None]:
    """For a run none of whose files can grow beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def events_in(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_events_to_a_full_device_end_the_run_in_order_with_nothing_committed(
    harness: ConsumeHarness, full: IO[bytes]
) -> None:
    harness.create()
    harness.fill(300)
    run = harness.finish(harness.start("--from-beginning", "--count", "2", "--events", stdout=full))
    assert run.code == 1
    assert FULL in run.err
    assert "died" not in run.err
    assert "killed" not in run.err
    assert f"0 events of {harness.topic} processed" in run.err  # the report
    assert (harness.members(), sum(harness.committed().values())) == (0, 0)


def test_what_is_committed_was_written_and_a_later_run_goes_on_behind_it(
    harness: ConsumeHarness, tmp_path: Path
) -> None:
    harness.create()
    harness.fill(3000)
    out, usual = tmp_path / "events", ("--from-beginning", "--commit-interval", "20ms", "--events", "-q")
    with out.open("wb") as file:
        process = harness.start(*usual, "--count", "2", stdout=file, preexec_fn=limited(200_000))
        run = harness.finish(process)
    assert run.code == 1
    assert "stdout can't be written to: File too large" in run.err
    assert harness.members() == 0
    committed, lines = harness.committed(), Counter(event["partition"] for event in events_in(out))
    assert 0 < sum(committed.values()) < 3000
    assert all(committed.get(partition, 0) <= lines[partition] for partition in range(3))
    with out.open("ab") as file:
        rest = harness.finish(harness.start(*usual, "--until-end", stdout=file))
    assert rest.code == 0
    found = {(event["partition"], event["offset"]) for event in events_in(out)}
    assert found == {(partition, offset) for partition in range(3) for offset in range(1000)}


@either_client
@pytest.mark.parametrize("events", [(), ("--events",)])
def test_notes_of_every_kind_that_can_not_be_written_leave_the_run_as_it_is(
    harness: ConsumeHarness, full: IO[bytes], events: tuple[str, ...]
) -> None:
    harness.create()
    harness.fill(300)
    harness.send([b"not json"] * 9)
    process = harness.start("--from-beginning", "--until-end", "--count", "5", *events, stderr=full)
    run = harness.finish(process)
    assert run.code == 0
    assert run.out.count('"offset"') == 300 if events else "309 events" in run.out
    assert sum(harness.committed().values()) == 309
    harness.group += "-2"
    skips = harness.finish(harness.start("--until-end", "-o", "json", stderr=full))
    assert (skips.code, skips.report["skipped_at_start"]) == (0, 309)


@either_client
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_still_ends_a_run_in_order_whose_notes_are_lost(
    harness: ConsumeHarness, full: IO[bytes], stop: signal.Signals
) -> None:
    harness.create()
    harness.send([b"not json"] * 30)
    process = harness.start("--from-beginning", "--count", "4", "-o", "json", stderr=full)
    eventually(harness.busy, "something is committed")
    process.send_signal(stop)
    run = harness.finish(process)
    assert run.code == 128 + stop
    assert run.report["processed"] == sum(harness.committed().values())
    assert harness.members() == 0


@either_client
def test_a_goal_that_is_not_reached_in_time_is_told_beside_a_report_that_is_lost(
    harness: ConsumeHarness, full: IO[bytes]
) -> None:
    harness.create()
    run = harness.finish(harness.start("-n", "5", "--timeout", "1s", stdout=full))
    assert run.code == 124
    assert "the goal was not reached within 1 s" in run.err
    assert FULL in run.err


@either_client
@pytest.mark.parametrize("closed", [1, 2])
def test_members_do_not_take_the_number_of_a_stream_that_is_closed(
    harness: ConsumeHarness, closed: int
) -> None:
    harness.create()
    harness.fill(300)
    options = ("--from-beginning", "--until-end", "--count", "2", "--events", "-v")
    process = harness.start(*options, preexec_fn=lambda: os.close(closed))
    assert harness.finish(process).code == 0
    assert sum(harness.committed().values()) == 300
