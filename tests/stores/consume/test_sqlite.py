"""What only SQLite does: locks of the file, and files that are no databases."""

import sqlite3
from pathlib import Path

import pytest

from eventq.core.consume.claims import Claim
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores import sqlite
from eventq.stores.consume.sqlite import SqliteEffects
from tests.loops.consume.fakes import PLAN


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "effects.db"


def test_a_lock_that_is_not_given_free_may_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.0)
    store = SqliteEffects(str(path), PLAN, "id-1")
    store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.claim({0: 0})
    other.execute("ROLLBACK")
    other.close()
    assert store.claim({0: 0}) == {0: Claim(1, 0)}
    store.close()


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
