"""Effects and positions in one SQLite file: claims that fence, and transactions that are whole."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores import sqlite
from eventq.stores.consume.sqlite import SqliteEffects
from tests.loops.consume.fakes import PLAN, records

ONCE = replace(PLAN, delivery=Delivery.EXACTLY_ONCE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "effects.db"


@pytest.fixture
def stores(path: Path) -> Iterator[tuple[SqliteEffects, SqliteEffects]]:
    """Of two members of one group."""
    both = [SqliteEffects(str(path), replace(ONCE, client_id=name), "id-1") for name in ("one", "other")]
    for store in both:
        store.open()
    yield both[0], both[1]
    for store in both:
        store.close()


def offsets(path: Path) -> list[tuple[int, int]]:
    database = sqlite3.connect(path)
    found = database.execute("SELECT part, off FROM eventq_effect ORDER BY id").fetchall()
    database.close()
    return found


def test_effects_and_position_move_together(stores: tuple[SqliteEffects, SqliteEffects], path: Path) -> None:
    store, _ = stores
    claim = store.claim({0: 5, 3: 0})[0]
    assert claim == Claim(1, 5)
    assert store.write_once(records(0, 5, [b"a", b"b", b"c"]), {1: "malformed"}, Move(0, claim, 8))
    assert store.position(0) == Claim(1, 8)
    assert store.position(3) == Claim(1, 0)
    assert store.position(9) is None
    assert offsets(path) == [(0, 5), (0, 7)]


def test_an_owner_that_was_replaced_writes_nothing_more(
    stores: tuple[SqliteEffects, SqliteEffects], path: Path
) -> None:
    first, second = stores
    claim = first.claim({0: 0, 1: 0})
    taken = second.claim({0: 0})[0]
    assert taken == Claim(2, 0)
    assert not first.write_once(records(0, 0, [b"a"]), {}, Move(0, claim[0], 1))
    assert first.write_once(records(1, 0, [b"a"]), {}, Move(1, claim[1], 1))
    assert second.write_once(records(0, 0, [b"a"]), {}, Move(0, taken, 1))
    assert offsets(path) == [(1, 0), (0, 0)]


def test_a_position_that_moved_on_is_not_moved_again(stores: tuple[SqliteEffects, SqliteEffects]) -> None:
    store, _ = stores
    claims = store.claim({0: 0, 1: 0})
    moves = [Move(0, claims[0], 4), Move(1, claims[1], 2)]
    assert store.move(moves) == set()
    assert store.move([*moves, Move(1, Claim(1, 2), 3)]) == {0, 1}
    assert store.position(1) == Claim(1, 3)


def test_the_index_refuses_an_effect_twice_and_takes_nothing_of_that_transaction(
    stores: tuple[SqliteEffects, SqliteEffects], path: Path
) -> None:
    store, _ = stores
    claim = store.claim({0: 0})[0]
    store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    with pytest.raises(EventqError, match="UNIQUE"):
        store.write_once(records(0, 0, [b"a", b"b"]), {}, Move(0, Claim(1, 1), 2))
    assert store.position(0) == Claim(1, 1)
    assert offsets(path) == [(0, 0)]


def test_at_least_once_shows_its_duplicates(path: Path) -> None:
    store = SqliteEffects(str(path), PLAN, "id-1")
    store.open()
    for _ in range(2):
        store.write(records(0, 7, [b"a"]), {})
    store.close()
    assert offsets(path) == [(0, 7), (0, 7)]


def test_a_topic_made_anew_begins_anew(path: Path) -> None:
    for topic_id in ("id-1", "id-2"):
        store = SqliteEffects(str(path), ONCE, topic_id)
        store.open()
        claim = store.claim({0: 0})[0]
        assert claim == Claim(1, 0)
        assert store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
        store.close()
    assert offsets(path) == [(0, 0), (0, 0)]


def test_a_lock_that_is_not_given_free_may_pass(
    stores: tuple[SqliteEffects, SqliteEffects], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.0)
    store, _ = stores
    store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.claim({0: 0})
    other.execute("ROLLBACK")
    other.close()
    assert store.claim({0: 0}) == {0: Claim(1, 0)}


@pytest.mark.parametrize("content", [b"no database, and long enough not to be taken for an empty one" * 20])
def test_a_file_that_is_no_database_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = SqliteEffects(str(path), PLAN, "id-1")
    with pytest.raises(EventqError, match="not a database"):
        store.open()
    store.close()
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open"):
        SqliteEffects(str(tmp_path / "none" / "effects.db"), PLAN, "id-1").open()


def test_tables_of_another_version_are_refused(path: Path) -> None:
    store = SqliteEffects(str(path), PLAN, "id-1")
    store.open()
    store.close()
    database = sqlite3.connect(path)
    database.execute("UPDATE eventq_schema SET version = 99")
    database.commit()
    database.close()
    with pytest.raises(EventqError, match="version 99"):
        store.open()
    store.close()
