"""A process is known by its number and its start."""

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eventq.loops.local import processes


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_it_lives_until_it_ends_even_if_nobody_waits_for_it(sleeper: "subprocess.Popen[bytes]") -> None:
    process = processes.process_of(sleeper.pid, "java")
    assert process.lives()
    processes.send(process, signal.SIGKILL)
    while process.lives():
        pass
    assert sleeper.wait() == -signal.SIGKILL
    assert not process.lives()


def test_another_one_of_the_same_number_is_not_it(sleeper: "subprocess.Popen[bytes]") -> None:
    process = processes.process_of(sleeper.pid, "java")
    for other in (replace(process, started="1"), replace(process, boot="another")):
        assert not other.lives()
        processes.send(other, signal.SIGKILL)
    assert sleeper.poll() is None


def test_systems_without_proc_ask_ps(
    sleeper: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    process = processes.process_of(sleeper.pid, "java")
    assert process.started
    assert process.lives()
    assert not replace(process, started="Thu Jan  1 00:00:00 1970").lives()
    sleeper.kill()
    while process.lives():
        pass
    sleeper.wait()
    assert processes.start_of(sleeper.pid) is None


def test_what_was_saved_is_loaded_and_anything_else_is_nothing(tmp_path: Path) -> None:
    process = processes.BrokerProcess(1, "2", "3", "java")
    processes.save(process, tmp_path / "pid")
    assert processes.load(tmp_path / "pid") == process
    for content in ("", "123", "{}", '{"pid": "x"}', "[1]", "null"):
        (tmp_path / "pid").write_text(content)
        assert processes.load(tmp_path / "pid") is None
    assert processes.load(tmp_path / "none") is None
