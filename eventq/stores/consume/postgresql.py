"""Effects and positions in a PostgreSQL database: its statements, its transactions, its errors."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from eventq.core.consume.delivery import SinkPlan
from eventq.core.consume.plan import MemberPlan
from eventq.core.errors import StoreUnavailable
from eventq.stores.consume.database import DatabaseEffects, Row
from eventq.stores.consume.postgresql_tables import PostgresqlTables
from eventq.stores.consume.tables import StoreTable
from eventq.stores.postgresql import told, writing


class PostgresqlEffects(DatabaseEffects):
    """A transaction on a partition waits for the one before it: each locks the row of the position first."""

    locking = " FOR UPDATE"

    def __init__(
        self,
        sink: SinkPlan,
        plan: MemberPlan,
        before_commit: Callable[[], None] = lambda: None,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(plan, sink.topic_id, before_commit, after_commit)
        self._sink = sink
        self._database: psycopg.Connection[Any] | None = None

    def open(self) -> None:
        """EventqError for tables that are not eventq's, of another version, or that it may not write."""
        self.close()
        to = self._plan.connection
        with self._told():
            self._database = writing(self._sink.path, to.connect_timeout, self._plan.session_timeout)
            keeps = self._plan.on_malformed.in_sink
            PostgresqlTables(self._database, self._sink.name, keeps=keeps).ensure()

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _connected(self) -> "psycopg.Connection[Any]":
        if self._database is None:
            raise StoreUnavailable("it is not open")
        return self._database

    def _execute(self, statement: str, values: tuple[object, ...]) -> "psycopg.Cursor[Any]":
        return self._connected().execute(statement.replace("?", "%s").encode(), values)

    def _run(self, statement: str, *values: object) -> int:
        return self._execute(statement, values).rowcount

    def _ask(self, statement: str, *values: object) -> list[Any]:
        return self._execute(statement, values).fetchall()

    def _insert(self, table: StoreTable, rows: Iterable[Row]) -> None:
        statement = f"COPY {table.name} ({', '.join(table.written)}) FROM STDIN"
        with self._connected().cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told(), self._connected().transaction():
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        with told(self._sink.name):
            yield
