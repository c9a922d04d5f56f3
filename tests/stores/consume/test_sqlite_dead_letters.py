"""Dead letters in an SQLite file: whole, in one transaction with effects and position."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError
from eventq.stores.consume.sqlite import SqliteEffects
from tests.loops.consume.fakes import PLAN, records

IN_SINK = OnMalformed(MalformedRule.DEAD_LETTER)
ONCE = replace(PLAN, delivery=Delivery.EXACTLY_ONCE, on_malformed=IN_SINK, client_id="member-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "effects.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteEffects]:
    opened = SqliteEffects(str(path), ONCE, "id-1")
    opened.open()
    yield opened
    opened.close()


def rows(path: Path, columns: str, table: str = "eventq_dead_letter") -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()


def effects(path: Path) -> list[int]:
    return [offset for (offset,) in rows(path, "off", "eventq_effect")]


def test_a_dead_letter_is_kept_whole_beside_the_effects_of_its_slice(
    store: SqliteEffects, path: Path
) -> None:
    claim = store.claim({2: 5})[2]
    said = [("trace", "é".encode()), ("raw", b"\xff"), ("none", None), ("eventq", b"372d8a68.0.7")]
    values = [b"1", b"\x00\xff", None]
    read = RecordSlice(2, values, [1, 2, -1], lambda i: 5 + i, lambda i: (b"key" if i == 1 else None, said))
    assert store.write_once(read, {1: "not JSON: größer", 2: "no value"}, Move(2, claim, 8))
    assert effects(path) == [5]
    assert rows(path, "grp, topic_id, topic, part, off, once, run, worker, k, member, epoch") == [
        ("g", "id-1", "t", 2, offset, 1, "372d8a68", 0, 7, "member-1", 1) for offset in (6, 7)
    ]
    assert rows(path, "reason, timestamp, key, value") == [
        ("not JSON: größer", 2, b"key", b"\x00\xff"),
        ("no value", None, None, None),
    ]
    (headers,) = rows(path, "DISTINCT headers")
    assert json.loads(headers[0]) == [
        {"name": "trace", "value": "é"},
        {"name": "raw", "value_base64": "/w=="},
        {"name": "none", "value": None},
        {"name": "eventq", "value": "372d8a68.0.7"},
    ]


def test_an_owner_that_was_replaced_keeps_no_dead_letter(store: SqliteEffects, path: Path) -> None:
    stale = store.claim({0: 0})[0]
    claim = store.claim({0: 0})[0]
    assert not store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, stale, 1))
    assert store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    assert rows(path, "off, epoch") == [(0, 2)]


def test_the_index_refuses_a_dead_letter_twice_and_takes_nothing_of_that_transaction(
    store: SqliteEffects, path: Path
) -> None:
    claim = store.claim({0: 0})[0]
    store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    with pytest.raises(EventqError, match="UNIQUE"):
        store.write_once(records(0, 0, [b"{", b"1"]), {0: "bad"}, Move(0, Claim(1, 1), 2))
    assert store.position(0) == Claim(1, 1)
    assert (rows(path, "off"), effects(path)) == ([(0,)], [])


def test_at_least_once_shows_its_duplicates(path: Path) -> None:
    store = SqliteEffects(str(path), replace(PLAN, on_malformed=IN_SINK), "id-1")
    store.open()
    for _ in range(2):
        store.write(records(0, 7, [b"{", b"1"]), {0: "bad"})
    store.close()
    assert rows(path, "off, once") == [(7, 0), (7, 0)]
    assert effects(path) == [8, 8]


@pytest.mark.parametrize(
    "asked", [OnMalformed(), OnMalformed(MalformedRule.FAIL), replace(IN_SINK, topic="dead")]
)
def test_the_table_has_only_what_it_was_asked_to_keep(path: Path, asked: OnMalformed) -> None:
    store = SqliteEffects(str(path), replace(PLAN, on_malformed=asked), "id-1")
    store.open()
    store.write(records(0, 7, [b"{", b"1"]), {0: "bad"})
    store.close()
    assert (rows(path, "off"), effects(path)) == ([], [8])


def test_a_file_from_before_there_were_dead_letters_gets_the_table(path: Path) -> None:
    store = SqliteEffects(str(path), ONCE, "id-1")
    store.open()
    claim = store.claim({0: 0})[0]
    store.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE eventq_dead_letter")
        database.commit()
    store.open()
    assert store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    store.close()
    assert rows(path, "off") == [(0,)]
    assert rows(path, "version, 1 AS id", "eventq_schema") == [(1, 1)]
