"""A file that a command writes is there whole, or as it was before."""

import os
import signal
import stat
import threading
from pathlib import Path
from unittest.mock import patch

import pytest

from eventq.commands.whole_file import write_file
from eventq.core.errors import EventqError, Stopped
from tests.file_size import limited


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("earlier", [None, b"an earlier picture"])
def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, earlier: bytes | None) -> None:
    path = tmp_path / "lag.svg"
    if earlier is not None:
        path.write_bytes(earlier)
    with limited(1000), pytest.raises(EventqError, match=r"can't write .*lag\.svg: File too large") as failed:
        write_file(path, b"x" * 5000)
    assert failed.value.hint is not None
    assert (path.read_bytes() if path.exists() else None) == earlier
    assert names(tmp_path) == ([] if earlier is None else ["lag.svg"])


def test_a_signal_amid_the_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "lag.svg"
    path.write_bytes(b"earlier")
    with (
        patch("os.fsync", side_effect=lambda _number: os.kill(os.getpid(), signal.SIGTERM)),
        pytest.raises(Stopped),
    ):
        write_file(path, b"later")
    assert (path.read_bytes(), names(tmp_path)) == (b"earlier", ["lag.svg"])


def test_a_new_file_has_usual_permissions_and_an_earlier_one_keeps_its_own(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch()
    old.chmod(0o640)
    before = os.umask(0o022)
    try:
        write_file(new, b"n")
        write_file(old, b"o")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, old)] == [0o644, 0o640]
    assert (new.read_bytes(), old.read_bytes(), names(tmp_path)) == (b"n", b"o", ["new", "old"])


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "lag.svg"
    link.symlink_to(tmp_path / "there" / "real.svg")
    write_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "there" / "real.svg").read_bytes() == b"new"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.svg"
    os.mkfifo(pipe)
    read: list[bytes] = []
    thread = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    thread.start()
    write_file(pipe, b"through")
    thread.join()
    assert read == [b"through"]
    assert pipe.is_fifo()
    full = tmp_path / "full.svg"
    full.symlink_to("/dev/full")
    with pytest.raises(EventqError, match="No space left on device"):
        write_file(full, b"x")


@pytest.mark.parametrize("name", ["no/such/folder.svg", "nul\0.svg", "loop.svg", "n" * 300, "."])
def test_a_place_that_can_not_be_written_to_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.svg").symlink_to("loop.svg")
    with pytest.raises(EventqError, match="can't write"):
        write_file(tmp_path / name, b"x")
    assert names(tmp_path) == ["loop.svg"]
