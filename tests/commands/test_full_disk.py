"""Files on a disk that is full, whoever writes them: what was there stays, and a message says what to do."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from eventq.core.errors import EventqError
from eventq.loops.processes import forkserver
from tests import in_process

_RC = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/completions/eventq.fish"}


def install(home: Path, shell: str, size: int = resource.RLIM_INFINITY) -> "subprocess.CompletedProcess[str]":
    """`eventq --install-completion` where no file can grow beyond `size` bytes."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("eventq")), "--install-completion", shell],
        env={**os.environ, "HOME": str(home)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("shell", _RC)
def test_a_completion_that_can_not_be_installed_leaves_the_shells_files_alone(
    tmp_path: Path, shell: str
) -> None:
    rc = tmp_path / _RC[shell]
    rc.parent.mkdir(parents=True, exist_ok=True)
    rc.write_bytes(b"alias ll='ls -l'\n" * 10)
    before = files(tmp_path)
    done = install(tmp_path, shell, 10)
    assert done.returncode == 1
    assert done.stderr.startswith("eventq: can't write ")
    assert "File too large\n  raise the limit" in done.stderr
    assert files(tmp_path) == before


def test_a_completion_is_installed_and_a_file_of_any_bytes_keeps_them(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_bytes(b"# caf\xe9\r\n")
    done = install(tmp_path, "bash")
    assert done.returncode == 0, done.stderr
    found = files(tmp_path)
    assert found[".bashrc"].startswith(b"# caf\xe9\r\n\nsource ")
    assert b"_EVENTQ_COMPLETE" in found[".bash_completions/eventq.sh"]


def test_any_other_write_to_a_full_disk_is_no_bug(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device", str(tmp_path / "x"))
    with patch("eventq.cli.check_arguments", side_effect=full):
        done = in_process.eventq("config", "show")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"eventq: No space left on device: '{tmp_path / 'x'}'\n  make room there, or write to another place\n"
    )


def test_without_room_for_temporary_files_no_process_starts_and_that_is_said() -> None:
    none = FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")
    with (
        patch("multiprocessing.forkserver.ensure_running", side_effect=none),
        pytest.raises(EventqError, match="No usable temporary directory") as refused,
    ):
        forkserver.prepare(())
    assert "TMPDIR" in str(refused.value.hint)
