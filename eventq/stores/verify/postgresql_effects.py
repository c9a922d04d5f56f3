"""The effects and dead letters that `eventq consume` wrote to PostgreSQL, as an audit reads them."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from typing_extensions import LiteralString

from eventq.core.errors import UsageError
from eventq.core.sink_url import EffectsUrl
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.stores.postgresql import reading
from eventq.stores.verify.effects import dead_letter_rows, effect_rows

_ROWS = 10_000
_TABLE = "SELECT to_regclass(%s) IS NOT NULL"
_EFFECTS = """SELECT run, worker, k, part FROM eventq_effect
    WHERE %(grp)s::text IS NULL OR grp = %(grp)s ORDER BY id"""
_DEAD_LETTERS = """SELECT run, worker, k, part FROM eventq_dead_letter
    WHERE %(grp)s::text IS NULL OR grp = %(grp)s ORDER BY id"""


class PostgresqlEffectRows:
    """Of one group, or of all in the database; serves SinkSource of loops/verify/audit.py."""

    ordered = True

    def __init__(self, url: EffectsUrl, group: str | None, connect_timeout: float) -> None:
        self._url, self._group, self._connect_timeout = url, group, connect_timeout
        self.name = url.shown

    def check(self) -> None:
        """UsageError for a database that eventq wrote no effects to."""
        with self._reading() as connection:
            self._check(connection)

    def _reading(self) -> Any:
        return reading(self._url.target, self.name, self._connect_timeout)

    def _check(self, connection: "Connection[Any]") -> None:
        if not _has(connection, "eventq_effect"):
            raise UsageError(
                f"{self.name} has no effects of eventq consume",
                hint="a table of your own is named by ?table=TABLE&id=COLUMN after it",
            )

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        """Effects, then dead letters, whose order among the effects nobody has kept."""
        with self._reading() as connection:
            self._check(connection)
            for found in self._read(connection, _EFFECTS):
                yield effect_rows(found)
            if _has(connection, "eventq_dead_letter"):
                for found in self._read(connection, _DEAD_LETTERS):
                    yield dead_letter_rows(found)

    def _read(self, connection: "Connection[Any]", query: LiteralString) -> Iterator[list[Any]]:
        """By a cursor of the server: the whole of a large table fits into no memory."""
        with connection.cursor(name="eventq_audit") as cursor:
            cursor.execute(query, {"grp": self._group})
            while found := cursor.fetchmany(_ROWS):
                yield found


def _has(connection: "Connection[Any]", table: str) -> bool:
    return connection.execute(_TABLE, (table,)).fetchone() == (True,)
