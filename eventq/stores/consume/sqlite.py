"""Effects and positions in one SQLite file: its statements, its transactions, its errors."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from eventq.core.consume.plan import MemberPlan
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores.consume.database import DatabaseEffects, Row
from eventq.stores.consume.tables import TABLES, VERSION, ColumnKind, StoreTable
from eventq.stores.sqlite import connected

_TYPES = {
    ColumnKind.IDENTITY: "INTEGER PRIMARY KEY",
    ColumnKind.TEXT: "TEXT",
    ColumnKind.NUMBER: "INTEGER",
    ColumnKind.REAL: "REAL",
    ColumnKind.FLAG: "INTEGER",
    ColumnKind.BYTES: "BLOB",
}


class SqliteEffects(DatabaseEffects):
    def __init__(
        self,
        path: str,
        plan: MemberPlan,
        topic_id: str,
        before_commit: Callable[[], None] = lambda: None,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(plan, topic_id, before_commit, after_commit)
        self._path = path
        self._database: sqlite3.Connection | None = None

    def open(self) -> None:
        """EventqError for what is no database, or of another version."""
        self.close()
        with self._told():
            self._database = connected(self._path)
            ((mode,),) = self._ask("PRAGMA journal_mode = wal")
            if mode != "wal":
                raise EventqError(
                    f"{self._path} can't be shared by processes: SQLite answers {mode} to journal_mode = wal",
                    hint="is it on a network file system? A local disk is needed",
                )
            # a commit to Kafka must not run ahead of effects that a crash of the machine takes back; where
            # both are one transaction they vanish together
            self._run(f"PRAGMA synchronous = {'normal' if self._exactly_once else 'full'}")
        with self._transaction():
            for table in TABLES:
                self._run(table.created(_TYPES))
                if table.once is not None:
                    self._run(table.once_created)
            self._check_version()

    def _check_version(self) -> None:
        found = self._ask("SELECT version FROM eventq_schema")
        if not found:
            self._run("INSERT INTO eventq_schema (version) VALUES (?)", VERSION)
        elif found[0] != (VERSION,):
            raise EventqError(
                f"{self._path} has tables of version {found[0][0]}; this eventq knows version {VERSION}",
                hint="use another file, or the eventq that wrote it",
            )

    def close(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _connected(self) -> sqlite3.Connection:
        if self._database is None:
            raise StoreUnavailable("it is not open")
        return self._database

    def _run(self, statement: str, *values: object) -> int:
        return self._connected().execute(statement, values).rowcount

    def _ask(self, statement: str, *values: object) -> list[Any]:
        return self._connected().execute(statement, values).fetchall()

    def _insert(self, table: StoreTable, rows: Iterable[Row]) -> None:
        self._connected().executemany(_inserted(table), rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """With the lock for writing from the beginning: one that reads first could be refused at once."""
        with self._told():
            self._run("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._run("ROLLBACK")
                raise
            self._run("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A lock that is held, a full or a failing disk may pass."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if str(error).startswith(("no such column", "table eventq_")):
                raise EventqError(
                    f"{self._path} has tables of these names that eventq did not make: {error}",
                    hint="use another file",
                ) from error
            raise StoreUnavailable(str(error)) from error
        except sqlite3.Error as error:
            raise EventqError(
                f"{self._path} can't be used: {error}", hint="is it an SQLite database that eventq made?"
            ) from error


def _inserted(table: StoreTable) -> str:
    columns, values = ", ".join(table.written), ", ".join("?" * len(table.written))
    return f"INSERT INTO {table.name} ({columns}) VALUES ({values})"  # noqa: S608 - our own names
