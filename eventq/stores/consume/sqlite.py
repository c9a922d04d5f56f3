"""Effects and positions of a group in one SQLite file, which every member opens for itself.

The position and the effects move in one transaction, and only if the claim on the partition still stands: a
compare-and-set. The epoch, which the database gives out with every claim, refuses an owner that was replaced
and does not know it yet; the unique index is a second check. (The group's generation is no such token: it
starts anew when a group is deleted.) All goes by the topic's id: a topic made anew has other events at the
same offsets.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.dead_letters import DeadLetter, dead_letters
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.effects import effects
from eventq.core.consume.event_line import header_fields
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores.sqlite import connected

_VERSION = 1
"""Another one only when an older eventq could not work with the tables: one that is added leaves it."""
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS eventq_schema (version INTEGER NOT NULL)",
    """CREATE TABLE IF NOT EXISTS eventq_position (
        grp TEXT NOT NULL, topic_id TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL,
        next_offset INTEGER NOT NULL, epoch INTEGER NOT NULL, owner TEXT NOT NULL,
        updated_at INTEGER NOT NULL, PRIMARY KEY (grp, topic_id, part))""",
    """CREATE TABLE IF NOT EXISTS eventq_effect (
        id INTEGER PRIMARY KEY, grp TEXT NOT NULL, topic_id TEXT NOT NULL, part INTEGER NOT NULL,
        off INTEGER NOT NULL, once INTEGER NOT NULL, run TEXT, worker INTEGER, k INTEGER,
        product TEXT, price REAL, purchased_at INTEGER, member TEXT NOT NULL, epoch INTEGER,
        at INTEGER NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS eventq_once ON eventq_effect (grp, topic_id, part, off) WHERE once",
    """CREATE TABLE IF NOT EXISTS eventq_dead_letter (
        id INTEGER PRIMARY KEY, grp TEXT NOT NULL, topic_id TEXT NOT NULL, topic TEXT NOT NULL,
        part INTEGER NOT NULL, off INTEGER NOT NULL, once INTEGER NOT NULL, run TEXT, worker INTEGER,
        k INTEGER, reason TEXT NOT NULL, timestamp INTEGER, key BLOB, value BLOB, headers TEXT NOT NULL,
        member TEXT NOT NULL, epoch INTEGER, at INTEGER NOT NULL)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS eventq_dead_letter_once
        ON eventq_dead_letter (grp, topic_id, part, off) WHERE once""",
)
_CLAIM = """INSERT INTO eventq_position VALUES (?, ?, ?, ?, ?, 1, ?, ?)
    ON CONFLICT (grp, topic_id, part) DO UPDATE
    SET epoch = epoch + 1, owner = excluded.owner, updated_at = excluded.updated_at"""
_POSITION = "SELECT epoch, next_offset FROM eventq_position WHERE grp = ? AND topic_id = ? AND part = ?"
_POSITIONS = "SELECT part, next_offset FROM eventq_position WHERE grp = ? AND topic_id = ?"
_MOVE = """UPDATE eventq_position SET next_offset = ?, updated_at = ?
    WHERE grp = ? AND topic_id = ? AND part = ? AND epoch = ? AND next_offset = ?"""
_EFFECT = "INSERT INTO eventq_effect VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DEAD_LETTER = (
    "INSERT INTO eventq_dead_letter VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_Rows = list[tuple[object, ...]]


class SqliteEffects:
    """`before_commit` and `after_commit` are called around the end of a transaction with effects."""

    def __init__(
        self,
        path: str,
        plan: MemberPlan,
        topic_id: str,
        before_commit: Callable[[], None] = lambda: None,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._path, self._plan = path, plan
        self._before_commit, self._after_commit = before_commit, after_commit
        self._key = (plan.group, topic_id)
        self._exactly_once = plan.delivery is Delivery.EXACTLY_ONCE
        self._database: sqlite3.Connection | None = None

    def open(self) -> None:
        """Connects, and makes the tables where they are missing; EventqError for what is no database."""
        self.close()
        with self._told():
            self._database = connected(self._path)
            (mode,) = self._run("PRAGMA journal_mode = wal").fetchone()
            if mode != "wal":
                raise EventqError(
                    f"{self._path} can't be shared by processes: SQLite answers {mode} to journal_mode = wal",
                    hint="is it on a network file system? A local disk is needed",
                )
            # a commit to Kafka must not run ahead of effects that a crash of the machine takes back; where
            # both are one transaction they vanish together
            self._run(f"PRAGMA synchronous = {'normal' if self._exactly_once else 'full'}")
        with self._transaction():
            for statement in _SCHEMA:
                self._run(statement)
            self._check_version()

    def _check_version(self) -> None:
        found = self._run("SELECT version FROM eventq_schema").fetchone()
        if found is None:
            self._run("INSERT INTO eventq_schema VALUES (?)", _VERSION)
        elif found[0] != _VERSION:
            raise EventqError(
                f"{self._path} has tables of version {found[0]}; this eventq knows version {_VERSION}",
                hint="use another file, or the eventq that wrote it",
            )

    def claim(self, starts: Offsets) -> dict[int, Claim]:
        with self._transaction():
            for partition, start in starts.items():
                self._run(
                    _CLAIM, *self._key, self._plan.topic, partition, start, self._plan.client_id, _now()
                )
            return {partition: self._position(partition) for partition in starts}

    def position(self, partition: int) -> Claim | None:
        with self._told():
            found = self._run(_POSITION, *self._key, partition).fetchone()
        return None if found is None else Claim(*found)

    def positions(self) -> Offsets:
        with self._told():
            return dict(self._run(_POSITIONS, *self._key).fetchall())

    def _position(self, partition: int) -> Claim:
        return Claim(*self._run(_POSITION, *self._key, partition).fetchone())

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        rows, letters = self._rows(records, faults, None), self._letters(records, faults, None)
        with self._transaction():
            self._insert(rows, letters)

    def write_once(self, records: RecordSlice, faults: Mapping[int, str], move: Move) -> bool:
        epoch = move.claim.epoch
        rows, letters = self._rows(records, faults, epoch), self._letters(records, faults, epoch)
        with self._transaction():
            if not self._moved(move):
                return False
            self._insert(rows, letters)
            self._before_commit()
        self._after_commit()
        return True

    def _insert(self, rows: _Rows, letters: _Rows) -> None:
        self._connected().executemany(_EFFECT, rows)
        if letters:
            self._connected().executemany(_DEAD_LETTER, letters)

    def _rows(self, records: RecordSlice, faults: Mapping[int, str], epoch: int | None) -> _Rows:
        """Made before the transaction begins: others wait for its end."""
        now, member = _now(), self._plan.client_id
        return [
            (*self._key, records.partition, offset, self._exactly_once, *event, member, epoch, now)
            for offset, *event in effects(records, faults)
        ]

    def _letters(self, records: RecordSlice, faults: Mapping[int, str], epoch: int | None) -> _Rows:
        """The rows of the malformed records, where the table is to have them."""
        if not faults or not self._plan.on_malformed.in_sink:
            return []
        (group, topic_id), now = self._key, _now()
        before = (group, topic_id, self._plan.topic, records.partition)
        after = (self._plan.client_id, epoch, now)
        return [
            (*before, *_letter_row(letter, once=self._exactly_once), *after)
            for letter in dead_letters(records, faults)
        ]

    def move(self, moves: Sequence[Move]) -> set[int]:
        with self._transaction():
            return {move.partition for move in moves if not self._moved(move)}

    def _moved(self, move: Move) -> bool:
        claim = move.claim
        found = self._run(_MOVE, move.to, _now(), *self._key, move.partition, claim.epoch, claim.next_offset)
        return found.rowcount == 1

    def close(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _connected(self) -> sqlite3.Connection:
        if self._database is None:
            raise StoreUnavailable("it is not open")
        return self._database

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connected().execute(statement, values)

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
        """SQLite's errors as ours; a lock that is held, a full or a failing disk may pass."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if str(error).startswith("no such column"):
                raise EventqError(
                    f"{self._path} has tables of these names that eventq did not make: {error}",
                    hint="use another file",
                ) from error
            raise StoreUnavailable(str(error)) from error
        except sqlite3.Error as error:
            raise EventqError(
                f"{self._path} can't be used: {error}", hint="is it an SQLite database that eventq made?"
            ) from error


def _letter_row(letter: DeadLetter, *, once: bool) -> tuple[object, ...]:
    """Headers as --events prints them."""
    who = letter.identity or (None, None, None)
    headers = json.dumps(header_fields(letter.headers), ensure_ascii=False)
    return (letter.offset, once, *who, letter.reason, letter.timestamp, letter.key, letter.value, headers)


def _now() -> int:
    return time.time_ns() // 1_000_000
