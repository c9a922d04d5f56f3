"""The effects and dead letters that `eventq consume --sink sqlite:PATH` wrote, as an audit reads them."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from eventq.core.errors import UsageError
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.stores.sqlite import reading

_ROWS = 10_000
_TABLE = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
_EFFECTS = """SELECT run, worker, k, part FROM eventq_effect
    WHERE :grp IS NULL OR grp = :grp ORDER BY id"""
_DEAD_LETTERS = """SELECT run, worker, k, part FROM eventq_dead_letter
    WHERE :grp IS NULL OR grp = :grp ORDER BY id"""


class EffectRows:
    """Of one group, or of all in the file; serves SinkSource of loops/verify/judge.py."""

    ordered = True

    def __init__(self, path: str, group: str | None) -> None:
        self._path, self._group = path, group
        self.name = f"sqlite:{path}"

    def check(self) -> None:
        """UsageError for a file that eventq wrote no effects to."""
        with reading(self._path) as connection:
            self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        if not _has(connection, "eventq_effect"):
            raise UsageError(
                f"{self.name} has no effects of eventq consume",
                hint=f"a table of your own is {self.name}?table=TABLE&id=COLUMN",
            )

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        """Effects, then dead letters, whose order among the effects nobody has kept."""
        with reading(self._path) as connection:
            self._check(connection)
            for found in self._read(connection, _EFFECTS):
                yield effect_rows(found)
            if _has(connection, "eventq_dead_letter"):
                for found in self._read(connection, _DEAD_LETTERS):
                    yield dead_letter_rows(found)

    def _read(self, connection: sqlite3.Connection, statement: str) -> Iterator[list[Any]]:
        cursor = connection.execute(statement, {"grp": self._group})
        while found := cursor.fetchmany(_ROWS):
            yield found


def _has(connection: sqlite3.Connection, table: str) -> bool:
    """A file of an eventq that kept no dead letters has no table for them."""
    return bool(connection.execute(_TABLE, (table,)).fetchone() != (0,))


def effect_rows(found: list[Any]) -> SinkRows:
    """Of rows with run, worker, number and partition."""
    return SinkRows(partitions=[row[3] for row in found], identities=_identities(found))


def dead_letter_rows(found: list[Any]) -> SinkRows:
    """Of the same columns."""
    return SinkRows(identities=_identities(found), dead_letters=True)


def _identities(rows: list[Any]) -> list[tuple[str, int, int] | None]:
    return [None if run is None else (run, worker, k) for run, worker, k, _ in rows]
