"""Eventq's tables in a PostgreSQL database: looked for, made where they are missing, others' refused.

A user without the right to create them may use those that are there. Names are looked up by the search path.
"""

from typing import Any

import psycopg

from eventq.core.errors import EventqError
from eventq.stores.consume.tables import (
    DEAD_LETTER,
    EFFECT,
    POSITION,
    SCHEMA,
    TABLES,
    VERSION,
    ColumnKind,
)

_TYPES = {
    ColumnKind.IDENTITY: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    ColumnKind.TEXT: "text",
    ColumnKind.NUMBER: "bigint",
    ColumnKind.REAL: "double precision",
    ColumnKind.FLAG: "boolean",
    ColumnKind.BYTES: "bytea",
}
_MISSING = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL"
_COLUMNS = """SELECT c.relkind IN ('r', 'p'), ARRAY(
        SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
    FROM pg_class c WHERE c.oid = to_regclass(%s)"""
_UNIQUE = """SELECT indisunique FROM pg_index
    WHERE indexrelid = to_regclass(%s) AND indrelid = to_regclass(%s)"""
_RIGHTS = {SCHEMA: ("SELECT",), POSITION: ("SELECT", "INSERT", "UPDATE"), EFFECT: ("INSERT",)}
_KEEPING = {**_RIGHTS, DEAD_LETTER: ("INSERT",)}
_LACKING = """SELECT name, lacking FROM unnest(%s::text[], %s::text[]) AS needed (name, lacking)
    WHERE NOT has_table_privilege(to_regclass(name), lacking)"""
_FIRST_VERSION = """INSERT INTO eventq_schema (version)
    SELECT %s WHERE NOT EXISTS (SELECT FROM eventq_schema)"""
"""The look-up of names may be of before the lock was waited for."""
_LOCK = 0x6576656E7471
"""Of the one who makes the tables: two that make the same one at once would fail."""


class PostgresqlTables:
    """`shown` is the database in messages; `keeps`: malformed records are kept in it."""

    def __init__(self, database: "psycopg.Connection[Any]", shown: str, *, keeps: bool) -> None:
        self._database, self._shown = database, shown
        self._rights = _KEEPING if keeps else _RIGHTS

    def ensure(self) -> None:
        """EventqError where they can't be used; psycopg.Error of other failures."""
        self._check_tables()
        if self._missing():
            with self._database.transaction():
                self._database.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                self._make()
        self._check_rights()
        self._check_version()

    def _missing(self) -> set[str]:
        names = [name for table in TABLES for name in (table.name, table.once) if name is not None]
        return {name for (name,) in self._database.execute(_MISSING, (names,))}

    def _make(self) -> None:
        """Only what is missing: also what changes nothing needs the right to create."""
        missing = self._missing()
        for table in TABLES:
            if table.name in missing:
                self._database.execute(table.created(_TYPES).encode())
            if table.once in missing:
                self._database.execute(table.once_created.encode())
        if SCHEMA.name in missing:
            self._database.execute(_FIRST_VERSION, (VERSION,))

    def _check_tables(self) -> None:
        """Those that are there."""
        missing = self._missing()
        for table in TABLES:
            for is_table, columns in self._database.execute(_COLUMNS, (table.name,)):
                if not is_table:
                    raise self._foreign(f"{table.name} is not a table")
                lacking = [column.name for column in table.columns if column.name not in columns]
                if lacking:
                    raise self._foreign(f"{table.name} has no column {', '.join(lacking)}")
            if table.once is not None and table.once not in missing:
                self._check_index(table.name, table.once)

    def _check_index(self, table: str, index: str) -> None:
        if self._database.execute(_UNIQUE, (index, table)).fetchall() != [(True,)]:
            raise self._foreign(f"{index} is no unique index of {table}")

    def _foreign(self, what: str) -> EventqError:
        return EventqError(
            f"{self._shown} has something of these names that eventq did not make: {what}",
            hint="use another database, or another schema: ?options=-csearch_path%3DSCHEMA",
        )

    def _check_version(self) -> None:
        found = [version for (version,) in self._database.execute("SELECT version FROM eventq_schema")]
        if found != [VERSION]:
            said = ", ".join(map(str, found)) or "none"
            raise EventqError(
                f"{self._shown} has tables of version {said}; this eventq knows version {VERSION}",
                hint="use another database or schema, or the eventq that made them",
            )

    def _check_rights(self) -> None:
        needed = [(table.name, right) for table, rights in self._rights.items() for right in rights]
        names, rights = (list(column) for column in zip(*needed, strict=True))
        lacking = self._database.execute(_LACKING, (names, rights)).fetchall()
        if lacking:
            said = ", ".join(f"{right} on {name}" for name, right in lacking)
            raise EventqError(
                f"{self._shown} can't be used: its user lacks {said}",
                hint="GRANT it, or connect as another user",
            )
