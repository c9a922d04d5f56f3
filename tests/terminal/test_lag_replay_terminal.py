"""`eventq lag watch --replay` in a real terminal, and in a pipe."""

import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Assume, GroupLag, Snapshot, partition_lag
from eventq.views.lag.json import stream_document
from tests.in_terminal import ends_with, read_until, screen, spawn

START = 1_800_000_000
SIZE = (24, 100)


def document(second: int) -> bytes:
    part = partition_lag(TopicPartition("orders", 0), 0, Bounds(0, 4000 + second), Assume.EARLIEST)
    group = GroupLag("billing", "Stable", "classic", None, 1, (part,))
    return orjson.dumps(stream_document(Sample(Snapshot(START + second, (group,)))))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """An hour between the samples, and the beginning of a fourth."""
    path = tmp_path / "run.ndjson"
    path.write_bytes(b"".join(document(3600 * n) + b"\n" for n in range(3)) + document(9)[:40])
    return path


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "eventq", "lag", "watch", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_on_a_terminal_it_plays_at_its_speed_holds_the_last_sample_and_q_quits(recording: Path) -> None:
    child = spawn(SIZE, "lag", "watch", "--replay", str(recording), "--speed", "100000")
    lines = read_until(child, screen(SIZE), "11,200")
    assert any("group billing" in line for line in lines)
    assert any("orders" in line for line in lines)
    child.send("q")
    child.expect("the last line, 4, is cut off")
    ends_with(child, 0)


def test_q_quits_in_the_middle(recording: Path) -> None:
    child = spawn(SIZE, "lag", "watch", "--replay", str(recording))
    lines = read_until(child, screen(SIZE), "4,000")
    assert not any("11,200" in line for line in lines)
    child.send("q")
    ends_with(child, 0)


def test_in_a_pipe_it_gives_the_documents_again(recording: Path) -> None:
    done = run("--replay", str(recording), "--speed", "100000")
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        json.loads(document(3600 * n)) for n in range(3)
    ]
    assert (
        done.stderr == f"eventq: {recording}: the last line, 4, is cut off: the recording was interrupted\n"
    )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (("--group", "g"), "--group"),
        (("-b", "x:1", "--interval", "1s"), "--interval, --bootstrap-server"),
        (("-X", "a=b"), "--property"),
        (("--window", "5s"), "--window"),
        (("--samples", "3"), "--samples"),
        (("--speed", "0"), "--speed 0"),
    ],
)
def test_options_that_do_nothing_with_a_recording_are_refused(
    recording: Path, wrong: tuple[str, ...], named: str
) -> None:
    done = run("--replay", str(recording), *wrong)
    assert (done.returncode, named in done.stderr, done.stdout) == (2, True, ""), done.stderr


def test_a_speed_without_a_recording_is_refused_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    assert run("--speed", "2").returncode == 2
    done = run("--replay", str(tmp_path / "none"))
    assert (done.returncode, "can't read" in done.stderr) == (1, True)
