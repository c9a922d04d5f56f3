"""Dead letters in a database of any kind: whole, in one transaction with effects and position."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError
from eventq.stores.consume.database import DatabaseEffects
from tests.effect_databases import EffectDatabase
from tests.loops.consume.fakes import PLAN, records

IN_SINK = OnMalformed(MalformedRule.DEAD_LETTER)
ONCE = replace(PLAN, delivery=Delivery.EXACTLY_ONCE, on_malformed=IN_SINK, client_id="member-1")


@pytest.fixture
def store(database: EffectDatabase) -> Iterator[DatabaseEffects]:
    opened = database.store(ONCE)
    opened.open()
    yield opened
    opened.close()


def rows(database: EffectDatabase, columns: str, table: str = "eventq_dead_letter") -> list[Any]:
    return database.ask(f"SELECT {columns} FROM {table} ORDER BY id")


def effects(database: EffectDatabase) -> list[int]:
    return [offset for (offset,) in rows(database, "off", "eventq_effect")]


def test_a_dead_letter_is_kept_whole_beside_the_effects_of_its_slice(
    store: DatabaseEffects, database: EffectDatabase
) -> None:
    claim = store.claim({2: 5})[2]
    said = [("trace", "é".encode()), ("raw", b"\xff"), ("none", None), ("eventq", b"372d8a68.0.7")]
    values = [b"1", b"\x00\xff", None]
    read = RecordSlice(2, values, [1, 2, -1], lambda i: 5 + i, lambda i: (b"key" if i == 1 else None, said))
    assert store.write_once(read, {1: "not JSON: größer", 2: "no value"}, Move(2, claim, 8))
    assert effects(database) == [5]
    assert rows(database, "grp, topic_id, topic, part, off, once, run, worker, k, member, epoch") == [
        ("g", "id-1", "t", 2, offset, 1, "372d8a68", 0, 7, "member-1", 1) for offset in (6, 7)
    ]
    assert rows(database, "reason, timestamp, key, value") == [
        ("not JSON: größer", 2, b"key", b"\x00\xff"),
        ("no value", None, None, None),
    ]
    (headers, others) = rows(database, "headers")
    assert headers == others
    assert json.loads(headers[0]) == [
        {"name": "trace", "value": "é"},
        {"name": "raw", "value_base64": "/w=="},
        {"name": "none", "value": None},
        {"name": "eventq", "value": "372d8a68.0.7"},
    ]


def test_an_owner_that_was_replaced_keeps_no_dead_letter(
    store: DatabaseEffects, database: EffectDatabase
) -> None:
    stale = store.claim({0: 0})[0]
    claim = store.claim({0: 0})[0]
    assert not store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, stale, 1))
    assert store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    assert rows(database, "off, epoch") == [(0, 2)]


def test_the_index_refuses_a_dead_letter_twice_and_takes_nothing_of_that_transaction(
    store: DatabaseEffects, database: EffectDatabase
) -> None:
    claim = store.claim({0: 0})[0]
    store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    with pytest.raises(EventqError, match=r"(?i)unique"):
        store.write_once(records(0, 0, [b"{", b"1"]), {0: "bad"}, Move(0, Claim(1, 1), 2))
    assert store.position(0) == Claim(1, 1)
    assert (rows(database, "off"), effects(database)) == ([(0,)], [])


def test_at_least_once_shows_its_duplicates(database: EffectDatabase) -> None:
    store = database.store(replace(PLAN, on_malformed=IN_SINK))
    store.open()
    for _ in range(2):
        store.write(records(0, 7, [b"{", b"1"]), {0: "bad"})
    store.close()
    assert rows(database, "off, once") == [(7, 0), (7, 0)]
    assert effects(database) == [8, 8]


@pytest.mark.parametrize(
    "asked", [OnMalformed(), OnMalformed(MalformedRule.FAIL), replace(IN_SINK, topic="dead")]
)
def test_the_table_has_only_what_it_was_asked_to_keep(database: EffectDatabase, asked: OnMalformed) -> None:
    store = database.store(replace(PLAN, on_malformed=asked))
    store.open()
    store.write(records(0, 7, [b"{", b"1"]), {0: "bad"})
    store.close()
    assert (rows(database, "off"), effects(database)) == ([], [8])


def test_a_database_from_before_there_were_dead_letters_gets_the_table(database: EffectDatabase) -> None:
    store = database.store(ONCE)
    store.open()
    claim = store.claim({0: 0})[0]
    store.close()
    database.execute("DROP TABLE eventq_dead_letter")
    store.open()
    assert store.write_once(records(0, 0, [b"{"]), {0: "bad"}, Move(0, claim, 1))
    store.close()
    assert rows(database, "off") == [(0,)]
    assert database.ask("SELECT version FROM eventq_schema") == [(1,)]
