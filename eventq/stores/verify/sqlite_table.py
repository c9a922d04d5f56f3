"""The ids of a SQLite table of the user's own."""

import sqlite3
from collections.abc import Iterator, Sequence

from eventq.core.errors import UsageError
from eventq.core.sink_url import TableUrl
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.stores.sqlite import quoted, reading
from eventq.stores.verify.there import there

_ROWS = 10_000


class SqliteTable:
    """Serves SinkSource of loops/verify/judge.py."""

    ordered = False

    def __init__(self, url: TableUrl) -> None:
        self._url = url
        self.name = url.shown

    def check(self) -> None:
        """UsageError for a table or a column that is not there."""
        with reading(self._url.target) as connection:
            self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        """By name: SQLite would take a quoted column that is not there for a text."""
        tables = _column(connection, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        if self._url.table not in tables:
            raise UsageError(f"{self.name}: no such table", hint=there("tables", tables))
        columns = _column(connection, "SELECT name FROM pragma_table_xinfo(?)", self._url.table)
        if self._url.column not in columns:
            raise UsageError(
                f"{self.name}: no such column: {self._url.column}", hint=there("columns", columns)
            )

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        column, table = quoted(self._url.column), quoted(self._url.table)
        with reading(self._url.target) as connection:
            self._check(connection)
            connection.text_factory = bytes  # text that is not UTF-8 is no id, and no reason to stop
            connection.row_factory = _only
            cursor = connection.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names are quoted
            while ids := cursor.fetchmany(_ROWS):
                yield SinkRows(ids)


def _only(_cursor: sqlite3.Cursor, row: tuple[object, ...]) -> object:
    return row[0]


def _column(connection: sqlite3.Connection, query: str, *values: str) -> Sequence[str]:
    return [row[0] for row in connection.execute(query, values)]
