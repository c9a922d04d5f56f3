"""The effects that `eventq consume --sink sqlite:PATH` wrote, as an audit reads them."""

import sqlite3
from collections.abc import Iterator

from eventq.core.errors import UsageError
from eventq.core.verify.sink_pass import SinkRows
from eventq.stores.sqlite import reading

_ROWS = 10_000
_TABLE = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'eventq_effect'"
_EFFECTS = """SELECT run, worker, k, part FROM eventq_effect
    WHERE :grp IS NULL OR grp = :grp ORDER BY id"""


class EffectRows:
    """Of one group, or of all in the file; serves SinkSource of loops/verify/judge.py."""

    ordered = True

    def __init__(self, path: str, group: str | None) -> None:
        self._path, self._group = path, group
        self.name = f"sqlite:{path}"

    def check(self) -> None:
        """UsageError for a file that eventq wrote no effects to."""
        with reading(self._path) as connection:
            self._check(connection)

    def _check(self, connection: sqlite3.Connection) -> None:
        if connection.execute(_TABLE).fetchone() == (0,):
            raise UsageError(
                f"{self.name} has no effects of eventq consume",
                hint=f"a table of your own is {self.name}?table=TABLE&id=COLUMN",
            )

    def rows(self) -> Iterator[SinkRows]:
        with reading(self._path) as connection:
            self._check(connection)
            cursor = connection.execute(_EFFECTS, {"grp": self._group})
            while found := cursor.fetchmany(_ROWS):
                identities = [None if run is None else (run, worker, k) for run, worker, k, _ in found]
                yield SinkRows(partitions=[row[3] for row in found], identities=identities)
