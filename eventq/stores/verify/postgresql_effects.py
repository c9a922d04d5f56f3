"""The effects that `eventq consume --sink postgresql://…` wrote, as an audit reads them."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from eventq.core.errors import UsageError
from eventq.core.sink_url import EffectsUrl
from eventq.core.verify.sink_pass import SinkRows
from eventq.stores.postgresql import reading
from eventq.stores.verify.effects import effect_rows

_ROWS = 10_000
_TABLE = "SELECT to_regclass('eventq_effect') IS NOT NULL"
_EFFECTS = """SELECT run, worker, k, part FROM eventq_effect
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
        if connection.execute(_TABLE).fetchone() == (False,):
            raise UsageError(
                f"{self.name} has no effects of eventq consume",
                hint="a table of your own is named by ?table=TABLE&id=COLUMN after it",
            )

    def rows(self) -> Iterator[SinkRows]:
        """By a cursor of the server, in the order of the ids."""
        with self._reading() as connection:
            self._check(connection)
            with connection.cursor(name="eventq_audit") as cursor:
                cursor.execute(_EFFECTS, {"grp": self._group})
                while found := cursor.fetchmany(_ROWS):
                    yield effect_rows(found)
