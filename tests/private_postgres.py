"""A PostgreSQL of the tests' own, on a Unix socket in its folder; a test may stop it and start it again."""

import os
import shutil
import subprocess
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from typing_extensions import Self

from eventq.core.errors import UsageError
from eventq.stores.private_postgresql.binaries import find_binaries
from eventq.stores.private_postgresql.server import PrivatePostgresql

PASSWORD = "p@ss/word?&"
_NO_DISK = {"fsync": "off"}  # nothing here crashes the machine


class PrivatePostgres:
    """Runs until it is left; `url(table, column)` is a table of its database."""

    def __enter__(self) -> Self:
        _find_or_install()
        self.server = PrivatePostgresql(_NO_DISK)
        self.server.start()
        self.execute(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")
        self.execute("GRANT CREATE ON SCHEMA public TO app")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()

    @property
    def address(self) -> str:
        return self.server.url

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


def _find_or_install() -> None:
    """Where the wheel does not fit: in CI the system's package, on a laptop the tests are skipped."""
    in_ci = os.environ.get("CI") == "true"
    try:
        find_binaries()
    except UsageError as error:
        if not in_ci:
            pytest.skip(f"no PostgreSQL: {error}")
        if not _installed():
            pytest.fail(f"no PostgreSQL: {error}")


def _installed() -> bool:
    """By Debian's packages, which keep the server in a package of its own."""
    if shutil.which("apt-get") is None:
        return False
    steps = (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "postgresql"])
    return all(subprocess.run(step, capture_output=True, check=False).returncode == 0 for step in steps)
