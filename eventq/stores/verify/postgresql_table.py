"""The ids of a PostgreSQL table of the user's own."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from psycopg import Connection, sql

from eventq.core.errors import UsageError
from eventq.core.sink_url import TableUrl
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.stores.postgresql import reading
from eventq.stores.verify.there import there

_ROWS = 10_000
_TABLES = """
    SELECT n.nspname, c.relname, pg_table_is_visible(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
_COLUMNS = """
    SELECT a.attname FROM pg_attribute a
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""


class PostgresqlTable:
    """Serves SinkSource of loops/verify/judge.py."""

    ordered = False

    def __init__(self, url: TableUrl, connect_timeout: float) -> None:
        self._url, self._connect_timeout = url, connect_timeout
        self.name = url.shown

    def check(self) -> None:
        """UsageError for a table or a column that is not there."""
        with self._reading() as connection:
            self._table(connection)

    def _reading(self) -> Any:
        return reading(self._url.target, self.name, self._connect_timeout)

    def _table(self, connection: "Connection[Any]") -> sql.Identifier:
        """The table of that name, `SCHEMA.NAME` where it is in none of the schemas that are searched."""
        tables = {
            (relation if visible else f"{schema}.{relation}"): (schema, relation)
            for schema, relation, visible in connection.execute(_TABLES)
        }
        tables |= {f"{schema}.{relation}": (schema, relation) for schema, relation in tables.values()}
        if self._url.table not in tables:
            raise UsageError(f"{self.name}: no such table", hint=there("tables", list(tables)))
        found = sql.Identifier(*tables[self._url.table])
        columns = [name for (name,) in connection.execute(_COLUMNS, (found.as_string(connection),))]
        if self._url.column not in columns:
            raise UsageError(
                f"{self.name}: no such column: {self._url.column}", hint=there("columns", columns)
            )
        return found

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        """By a cursor of the server: the whole of a large table fits into no memory."""
        with self._reading() as connection:
            table = self._table(connection)
            query = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(self._url.column), table)
            with connection.cursor(name="eventq_audit") as cursor:
                cursor.execute(query)
                while rows := cursor.fetchmany(_ROWS):
                    yield SinkRows(list(map(_first, rows)))


_first = itemgetter(0)
