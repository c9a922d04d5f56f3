"""Effects, dead letters and positions of a group in one database, which every member opens for itself.

The position and the effects move in one transaction, and only if the claim on the partition still stands: a
compare-and-set. The epoch, which the database gives out with every claim, refuses an owner that was replaced
and does not know it yet; the unique index is a second check. (The group's generation is no such token: it
starts anew when a group is deleted.) All goes by the topic's id: a topic made anew has other events at the
same offsets.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.dead_letters import DeadLetter, dead_letters
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.effects import effects
from eventq.core.consume.event_line import header_fields
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.stores.consume.tables import DEAD_LETTER, EFFECT, StoreTable

Row = tuple[Any, ...]

_CLAIM = """INSERT INTO eventq_position (grp, topic_id, part, topic, next_offset, epoch, owner, updated_at)
    VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (grp, topic_id, part) DO UPDATE
    SET epoch = eventq_position.epoch + 1, owner = excluded.owner, updated_at = excluded.updated_at"""
_POSITION = "SELECT epoch, next_offset FROM eventq_position WHERE grp = ? AND topic_id = ? AND part = ?"
_POSITIONS = "SELECT part, next_offset FROM eventq_position WHERE grp = ? AND topic_id = ?"
_MOVE = """UPDATE eventq_position SET next_offset = ?, updated_at = ?
    WHERE grp = ? AND topic_id = ? AND part = ? AND epoch = ? AND next_offset = ?"""


class DatabaseEffects(ABC):
    """A PositionStore in SQL; a dialect has the connection, its transactions and its errors.

    Statements have `?` for each value. `before_commit` and `after_commit` are called around the end of a
    transaction with effects under exactly-once.
    """

    locking = ""
    """What makes a SELECT wait for transactions under way, where the beginning of one does not."""

    def __init__(
        self,
        plan: MemberPlan,
        topic_id: str,
        before_commit: Callable[[], None] = lambda: None,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._plan = plan
        self._before_commit, self._after_commit = before_commit, after_commit
        self._key = (plan.group, topic_id)
        self._exactly_once = plan.delivery is Delivery.EXACTLY_ONCE

    @abstractmethod
    def open(self) -> None:
        """Connects, and makes the tables where they are missing."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def _told(self) -> AbstractContextManager[None]:
        """The database's errors as ours: which may pass, and which are definite."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[None]:
        """Committed at its end, rolled back when something is raised in it; errors are told."""

    @abstractmethod
    def _run(self, statement: str, *values: object) -> int:
        """How many rows it changed."""

    @abstractmethod
    def _ask(self, statement: str, *values: object) -> list[Any]:
        """The rows it found, as tuples."""

    @abstractmethod
    def _insert(self, table: StoreTable, rows: Iterable[Row]) -> None:
        """With the columns that are `written` of the table, at least one row."""

    # positions

    def claim(self, starts: Offsets) -> dict[int, Claim]:
        """In the same order for everybody: two that claim the same must not wait for each other."""
        with self._transaction():
            return {partition: self._claimed(partition, starts[partition]) for partition in sorted(starts)}

    def _claimed(self, partition: int, start: int) -> Claim:
        self._run(_CLAIM, *self._key, partition, self._plan.topic, start, self._plan.client_id, _now())
        (found,) = self._ask(_POSITION, *self._key, partition)
        return Claim(*found)

    def position(self, partition: int) -> Claim | None:
        """After every transaction on it that has begun."""
        with self._transaction():
            found = self._ask(_POSITION + self.locking, *self._key, partition)
        return Claim(*found[0]) if found else None

    def positions(self) -> Offsets:
        with self._told():
            return dict(self._ask(_POSITIONS, *self._key))

    def move(self, moves: Sequence[Move]) -> set[int]:
        with self._transaction():
            return {move.partition for move in sorted(moves) if not self._moved(move)}

    def _moved(self, move: Move) -> bool:
        claim = move.claim
        values = (move.to, _now(), *self._key, move.partition, claim.epoch, claim.next_offset)
        return self._run(_MOVE, *values) == 1

    # effects

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        rows = self._rows(records, faults, None)
        with self._transaction():
            self._insert_all(rows)

    def write_once(self, records: RecordSlice, faults: Mapping[int, str], move: Move) -> bool:
        rows = self._rows(records, faults, move.claim.epoch)
        with self._transaction():
            if not self._moved(move):
                return False
            self._insert_all(rows)
            self._before_commit()
        self._after_commit()
        return True

    def _insert_all(self, rows: Mapping[StoreTable, list[Row]]) -> None:
        for table, of_table in rows.items():
            if of_table:
                self._insert(table, of_table)

    def _rows(
        self, records: RecordSlice, faults: Mapping[int, str], epoch: int | None
    ) -> dict[StoreTable, list[Row]]:
        """Made before the transaction begins: others wait for its end."""
        now, member, once = _now(), self._plan.client_id, self._exactly_once
        rows = [
            (*self._key, records.partition, offset, once, *event, member, epoch, now)
            for offset, *event in effects(records, faults)
        ]
        if not faults or not self._plan.on_malformed.in_sink:
            return {EFFECT: rows}
        before = (*self._key, records.partition, self._plan.topic)
        letters = [
            (*before, letter.offset, once, *_letter_row(letter), member, epoch, now)
            for letter in dead_letters(records, faults)
        ]
        return {EFFECT: rows, DEAD_LETTER: letters}


def _letter_row(letter: DeadLetter) -> Row:
    """Headers as --events prints them."""
    who = letter.identity or (None, None, None)
    headers = json.dumps(header_fields(letter.headers), ensure_ascii=False)
    return (*who, letter.reason, letter.timestamp, letter.key, letter.value, headers)


def _now() -> int:
    return time.time_ns() // 1_000_000
