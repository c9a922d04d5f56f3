"""The file of a worker's ledger: whole lines at its end, and on the disk when it matters."""

import fcntl
import os
from pathlib import Path
from threading import Thread

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import RunLine, UnknownVersion
from eventq.core.ledger.reading import whole_lines, whole_size
from eventq.stores.append import append_lines, end_of_lines

_LONGEST_LINE = 65_536


class LedgerFile:
    """Opened as a new file, or with `append` continued. OSError of each call where that is not possible."""

    def __init__(self, path: Path, *, append: bool) -> None:
        self._path, self._append = path, append
        self._sync: Thread | None = None
        self._error: OSError | None = None

    def open(self) -> None:
        """FileExistsError without `append` for a file that is there, BlockingIOError for one in use.

        A last line that a crash cut off is removed, as nothing behind it would be read.
        """
        new = 0 if self._append else os.O_EXCL
        self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | new, 0o644)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if self._append:
            os.ftruncate(self._fd, end_of_lines(self._path))

    def write(self, text: bytes) -> None:
        """Whole lines, or nothing."""
        append_lines(self._fd, text)

    def begin_sync(self) -> None:
        """Begins to bring to the disk what is written; `synced` waits for it."""
        self._sync = Thread(target=self._datasync, daemon=True)
        self._sync.start()

    def _datasync(self) -> None:
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            self._error = error

    def synced(self) -> None:
        if self._sync is not None:
            self._sync.join()
            self._sync = None
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """With the file and its name on the disk."""
        try:
            self.synced()
            os.fsync(self._fd)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        finally:
            os.close(self._fd)


def check_appendable(path: Path) -> None:
    """UsageError for what is there and is no ledger, or one that nobody could read on from."""
    if not path.is_file():
        raise UsageError(f"--ledger {path} is not a file", hint="name a new file, or a ledger")
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
            if first and not isinstance(next(whole_lines([first]), None), RunLine):
                raise UsageError(f"--ledger {path} is not a ledger", hint="name a new file, or a ledger")
            file.seek(0)
            whole = whole_size(file)
    except UnknownVersion as error:
        raise UsageError(f"--ledger {path} is of another version: {error}", hint="name a new file") from error
    if whole < end_of_lines(path):
        raise UsageError(
            f"--ledger {path} is damaged at byte {whole}: an audit would not read what is added",
            hint="name a new file",
        )
