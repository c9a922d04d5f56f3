"""What lies below stdout and stderr: a failed write is an error there, and nothing here."""

import errno
import os
import threading
from collections.abc import Iterator
from io import BufferedWriter, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pytest

from eventq.commands.streams import Stderr, Stdout, finish_stdout, next_step
from eventq.core.errors import ClosedOutput, OutputError
from tests.file_size import limited


@pytest.fixture
def full() -> Iterator[int]:
    number = os.open("/dev/full", os.O_WRONLY)
    yield number
    os.close(number)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Its two ends; a test may close the first."""
    theirs, ours = os.pipe()
    yield theirs, ours
    os.close(ours)


def test_a_block_after_one_that_failed_does_not_count_as_written(full: int, tmp_path: Path) -> None:
    out = BufferedWriter(Stdout(full))
    with pytest.raises(OutputError, match="stdout can't be written to: No space left on device"):
        out.write(b"x" * 20_000)
    with (tmp_path / "room").open("wb") as room:
        os.dup2(room.fileno(), full)
    with pytest.raises(OutputError, match="No space left"):
        out.write(b"y" * 20_000)
    assert (tmp_path / "room").read_bytes() == b""
    out.detach()


def test_a_reader_that_has_left_is_no_error_and_nothing_is_written_any_more(pipe: tuple[int, int]) -> None:
    out = Stdout(pipe[1])
    assert out.write(b"a") == 1
    os.close(pipe[0])
    for _ in range(2):
        with pytest.raises(ClosedOutput):
            out.write(b"b")


def test_a_note_that_can_not_be_written_is_dropped_and_later_ones_are_tried(
    full: int, tmp_path: Path
) -> None:
    notes = TextIOWrapper(BufferedWriter(Stderr(full)), line_buffering=True)
    notes.write("lost\n" * 5000)
    with (tmp_path / "room").open("wb") as room:
        os.dup2(room.fileno(), full)
    notes.write("kept\n")
    notes.detach()
    assert (tmp_path / "room").read_bytes() == b"kept\n"


@pytest.mark.parametrize("kind", [Stdout, Stderr])
def test_a_pipe_that_does_not_block_is_waited_for(kind: type[Stdout | Stderr], pipe: tuple[int, int]) -> None:
    theirs, ours = pipe
    os.set_blocking(ours, False)
    stream, block, read = BufferedWriter(kind(ours)), os.urandom(300_000), bytearray()

    def reader() -> None:
        while len(read) < len(block):
            read.extend(os.read(theirs, 65536))

    thread = threading.Thread(target=reader)
    thread.start()
    stream.write(block)
    stream.flush()
    thread.join()
    os.close(theirs)
    assert read == block


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF])
def test_each_cause_has_a_next_step(number: int) -> None:
    assert next_step(OSError(number, "as the system says")) != ""


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_a_file_that_can_take_no_more_is_left_with_whole_lines(tmp_path: Path, mode: str) -> None:
    path, line = tmp_path / "out", b"x" * 29 + b"\n"
    path.write_bytes(line)
    with path.open(mode) as file, limited(1000):
        out = BufferedWriter(Stdout(file.fileno()))
        for text in (line * 5, b"x", b"x" * 28, b"\n"):
            out.write(text)
            out.flush()
        with pytest.raises(OutputError, match="File too large"):
            out.write(line * 10_000)
        out.detach()
    assert path.read_bytes() == line * 33


def test_a_line_in_small_parts_is_taken_back_whole(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file, limited(10):
        out = Stdout(file.fileno())
        assert [out.write(part) for part in (b"abc\nd", b"ef", b"ghijkl")] == [5, 2, 3]
        with pytest.raises(OutputError):
            out.write(b"kl\n")
    assert (tmp_path / "out").read_bytes() == b"abc\n"


def test_what_another_program_wrote_behind_a_cut_line_stays(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file, (tmp_path / "out").open("ab") as other:
        out = Stdout(file.fileno())
        with limited(10):
            assert out.write(b"0123456789abc\n") == 10
        other.write(b"theirs\n")
        other.flush()
        with limited(10), pytest.raises(OutputError):
            out.write(b"abc\n")
    assert (tmp_path / "out").read_bytes() == b"0123456789theirs\n"


def over_quota(number: int) -> None:
    os.closerange(number, number + 1)
    raise OSError(errno.EDQUOT, "Disk quota exceeded")


def test_what_a_file_system_says_only_at_the_close_is_told(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        text = TextIOWrapper(BufferedWriter(Stdout(file.fileno())))
        text.write("a")
        with patch("sys.stdout", text), patch("os.close", over_quota):
            lost = finish_stdout()
        text.detach()
    assert str(lost) == "stdout can't be written to: Disk quota exceeded"
    assert (tmp_path / "out").read_bytes() == b"a"


def test_all_that_was_written_is_no_loss_and_stdout_stays_open(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        text = TextIOWrapper(BufferedWriter(Stdout(file.fileno())))
        with patch("sys.stdout", text):
            text.write("a")
            assert finish_stdout() is None
            text.write("b")
            assert finish_stdout() is None
        text.detach()
    assert (tmp_path / "out").read_bytes() == b"ab"
