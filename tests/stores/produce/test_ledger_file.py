"""The file behind a ledger."""

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import OfferLine, RunLine, encoded
from eventq.core.ledger.reading import whole_lines
from eventq.stores.produce.ledger_file import LedgerFile, check_appendable

LINES = [OfferLine(n) for n in range(3)]
TEXTS = [encoded(line) for line in LINES]


def written(path: Path, *texts: bytes, append: bool = False) -> None:
    file = LedgerFile(path, append=append)
    file.open()
    for text in texts:
        file.write(text)
        file.begin_sync()
        file.synced()
    file.close()


def lines(path: Path) -> list[object]:
    with path.open("rb") as file:
        return list(whole_lines(file))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written(tmp_path / "ledger", *TEXTS)
    assert lines(tmp_path / "ledger") == LINES


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    written(tmp_path / "ledger", TEXTS[0])
    with pytest.raises(FileExistsError):
        LedgerFile(tmp_path / "ledger", append=False).open()
    assert lines(tmp_path / "ledger") == LINES[:1]


@pytest.mark.parametrize("cut", range(1, len(TEXTS[1]) + 1))
def test_a_ledger_that_a_crash_cut_off_anywhere_goes_on_behind_its_last_whole_line(
    tmp_path: Path, cut: int
) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(TEXTS[0] + TEXTS[1][:-cut])
    written(path, TEXTS[2], append=True)
    assert lines(path) == [LINES[0], LINES[2]]


def test_a_ledger_in_use_is_refused(tmp_path: Path) -> None:
    first = LedgerFile(tmp_path / "ledger", append=True)
    first.open()
    with pytest.raises(BlockingIOError):
        LedgerFile(tmp_path / "ledger", append=True).open()
    first.close()


def test_a_line_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where a file may hold one byte less than two lines."""
    body = (
        "import sys\nfrom pathlib import Path\n"
        "from tests.stores.produce.test_ledger_file import TEXTS, LedgerFile\n"
        "file = LedgerFile(Path(sys.argv[1]), append=False)\n"
        "file.open()\n"
        "file.write(TEXTS[0])\n"
        "try:\n    file.write(TEXTS[1])\n"
        "except OSError as error:\n    print(error.errno)\n"
    )

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        most = len(TEXTS[0] + TEXTS[1]) - 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    path = tmp_path / "ledger"
    done = subprocess.run(
        [sys.executable, "-c", body, str(path)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert int(done.stdout) == errno.EFBIG
    assert path.read_bytes() == TEXTS[0]


RUN = encoded(RunLine("372d8a68", 0, 1, "t", None, None, "all", True, "id", 7, "2026-01-31T12:00:00.000Z"))


@pytest.mark.parametrize("content", [b"", RUN, RUN + TEXTS[0], RUN + TEXTS[0][:-5]])
def test_a_ledger_can_be_continued_also_one_that_was_cut_off(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(content)
    check_appendable(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"precious, no newline", "is not a ledger"),
        (b"precious\n", "is not a ledger"),
        (TEXTS[0], "is not a ledger"),
        (b"\0" * 200_000, "is not a ledger"),
        (RUN + b"precious\n" + TEXTS[0], "is damaged at byte"),
        (RUN + TEXTS[0][:-5] + b"\n", "is damaged at byte"),
    ],
)
def test_what_could_not_be_read_on_from_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        check_appendable(path)
    assert path.read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(UsageError, match="is not a file"):
            check_appendable(path)


def test_a_ledger_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(RUN)
    monkeypatch.setattr("eventq.core.ledger.lines.VERSION", 2)
    with pytest.raises(UsageError, match="is of another version"):
        check_appendable(path)
