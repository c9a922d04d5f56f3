"""The one door to SQLite: files are opened here, and its errors said in the words of the other floors."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from eventq.core.errors import EventqError, UsageError

_BUSY_SECONDS = 30.0


@contextmanager
def reading(path: str) -> Iterator[sqlite3.Connection]:
    """A connection that can't write; UsageError where there is no file, EventqError where reading fails."""
    _check_file(path)
    try:
        with closing(_open(path)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise EventqError(
            f"sqlite:{path} can't be read: {error}", hint="is it a database of SQLite, and may you read it?"
        ) from error


def _check_file(path: str) -> None:
    try:
        there = Path(path).is_file()
    except (OSError, ValueError) as error:
        raise UsageError(f"sqlite:{path} can't be read: {error}") from error
    if not there:
        raise UsageError(f"sqlite:{path}: no such file", hint="a relative path begins where eventq is called")


def _open(path: str) -> sqlite3.Connection:
    address = f"file:{quote(str(Path(path).absolute()))}?mode=ro"
    return connected(address, uri=True)


def connected(address: str, *, uri: bool = False) -> sqlite3.Connection:
    """Without transactions but those that are begun; another's lock is waited for. sqlite3.Error."""
    return sqlite3.connect(address, uri=uri, timeout=_BUSY_SECONDS, isolation_level=None)


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
