"""Databases that effects go to, for the tests of each: a file of SQLite, a schema of PostgreSQL."""

import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg

from eventq.core.consume.delivery import SinkPlan
from eventq.core.consume.plan import MemberPlan
from eventq.stores.consume.database import DatabaseEffects
from eventq.stores.consume.postgresql import PostgresqlEffects
from eventq.stores.consume.sqlite import SqliteEffects
from tests.private_postgres import PrivatePostgres

KINDS = ("sqlite", "postgresql")


class EffectDatabase(Protocol):
    """`sink` is what --sink takes."""

    sink: str

    def store(
        self, plan: MemberPlan, topic_id: str = "id-1", before_commit: Callable[[], None] = lambda: None
    ) -> DatabaseEffects: ...

    def ask(self, query: str) -> list[Any]: ...

    def execute(self, statement: str) -> None: ...


def offsets(database: EffectDatabase) -> list[tuple[int, int]]:
    """Partition and offset of every effect, in the order of writing; none before there are tables."""
    try:
        return database.ask("SELECT part, off FROM eventq_effect ORDER BY id")
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return []


class SqliteDatabase:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "effects.db"
        self.sink = f"sqlite:{self.path}"

    def store(
        self, plan: MemberPlan, topic_id: str = "id-1", before_commit: Callable[[], None] = lambda: None
    ) -> SqliteEffects:
        return SqliteEffects(str(self.path), plan, topic_id, before_commit)

    def ask(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.path, timeout=30)) as database:
            return database.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as database:
            database.execute(statement)


class PostgresDatabase:
    """A schema of its own; `of(user)` is the same for another user."""

    def __init__(self, server: PrivatePostgres) -> None:
        self.server = server
        self.schema = f"effects_{uuid.uuid4().hex[:12]}"
        server.execute(f"CREATE SCHEMA {self.schema}")
        self.sink = self.of("postgres")

    def of(self, user: str) -> str:
        return f"{self.server.address.replace('postgres@', f'{user}@')}&options=-csearch_path%3D{self.schema}"

    def store(
        self,
        plan: MemberPlan,
        topic_id: str = "id-1",
        before_commit: Callable[[], None] = lambda: None,
        *,
        url: str | None = None,
    ) -> PostgresqlEffects:
        sink = SinkPlan("postgresql", url or self.sink, 0, 1.0, topic_id, "postgresql://shown")
        return PostgresqlEffects(sink, plan, before_commit)

    def ask(self, query: str) -> list[Any]:
        with psycopg.connect(self.sink, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.sink, autocommit=True) as connection:
            connection.execute(statement.encode())
