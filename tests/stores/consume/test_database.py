"""Effects and positions in one database of any kind: claims that fence, and transactions that are whole."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import EventqError
from eventq.stores.consume.database import DatabaseEffects
from tests.effect_databases import EffectDatabase, offsets
from tests.loops.consume.fakes import PLAN, records

ONCE = replace(PLAN, delivery=Delivery.EXACTLY_ONCE)


@pytest.fixture
def stores(database: EffectDatabase) -> Iterator[tuple[DatabaseEffects, DatabaseEffects]]:
    """Of two members of one group."""
    both = [database.store(replace(ONCE, client_id=name)) for name in ("one", "other")]
    for store in both:
        store.open()
    yield both[0], both[1]
    for store in both:
        store.close()


def test_effects_and_position_move_together(
    stores: tuple[DatabaseEffects, DatabaseEffects], database: EffectDatabase
) -> None:
    store, _ = stores
    claim = store.claim({0: 5, 3: 0})[0]
    assert claim == Claim(1, 5)
    assert store.write_once(records(0, 5, [b"a", b"b", b"c"]), {1: "malformed"}, Move(0, claim, 8))
    assert store.position(0) == Claim(1, 8)
    assert store.position(3) == Claim(1, 0)
    assert store.position(9) is None
    assert store.positions() == {0: 8, 3: 0}
    assert offsets(database) == [(0, 5), (0, 7)]


def test_an_owner_that_was_replaced_writes_nothing_more(
    stores: tuple[DatabaseEffects, DatabaseEffects], database: EffectDatabase
) -> None:
    first, second = stores
    claim = first.claim({0: 0, 1: 0})
    taken = second.claim({0: 0})[0]
    assert taken == Claim(2, 0)
    assert not first.write_once(records(0, 0, [b"a"]), {}, Move(0, claim[0], 1))
    assert first.write_once(records(1, 0, [b"a"]), {}, Move(1, claim[1], 1))
    assert second.write_once(records(0, 0, [b"a"]), {}, Move(0, taken, 1))
    assert offsets(database) == [(1, 0), (0, 0)]


def test_a_position_that_moved_on_is_not_moved_again(
    stores: tuple[DatabaseEffects, DatabaseEffects],
) -> None:
    store, _ = stores
    claims = store.claim({0: 0, 1: 0})
    moves = [Move(0, claims[0], 4), Move(1, claims[1], 2)]
    assert store.move(moves) == set()
    assert store.move([*moves, Move(1, Claim(1, 2), 3)]) == {0, 1}
    assert store.position(1) == Claim(1, 3)


def test_the_index_refuses_an_effect_twice_and_takes_nothing_of_that_transaction(
    stores: tuple[DatabaseEffects, DatabaseEffects], database: EffectDatabase
) -> None:
    store, _ = stores
    claim = store.claim({0: 0})[0]
    store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    with pytest.raises(EventqError, match=r"(?i)unique"):
        store.write_once(records(0, 0, [b"a", b"b"]), {}, Move(0, Claim(1, 1), 2))
    assert store.position(0) == Claim(1, 1)
    assert offsets(database) == [(0, 0)]


def test_a_member_that_dies_before_its_commit_leaves_nothing(database: EffectDatabase) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    store = database.store(ONCE, before_commit=die)
    store.open()
    claim = store.claim({0: 0})[0]
    with pytest.raises(KeyboardInterrupt):
        store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    assert store.position(0) == Claim(1, 0)
    assert offsets(database) == []
    store.close()


def test_at_least_once_shows_its_duplicates(database: EffectDatabase) -> None:
    store = database.store(PLAN)
    store.open()
    for _ in range(2):
        store.write(records(0, 7, [b"a"]), {})
    store.close()
    assert offsets(database) == [(0, 7), (0, 7)]


def test_a_topic_made_anew_begins_anew(database: EffectDatabase) -> None:
    for topic_id in ("id-1", "id-2"):
        store = database.store(ONCE, topic_id)
        store.open()
        claim = store.claim({0: 0})[0]
        assert claim == Claim(1, 0)
        assert store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
        store.close()
    assert offsets(database) == [(0, 0), (0, 0)]


def test_an_event_is_written_with_all_that_it_says(database: EffectDatabase) -> None:
    product, moment = "372d8a68-0001-4abc-8def-00000000002a", -9223372036854775807
    event = b'{"productId":"%s","price":12.25,"purchasedAt":%d}' % (product.encode(), moment)
    store = database.store(replace(PLAN, group='g"\t\n\\é'))
    store.open()
    store.write(records(2, 7, [event, b"\x00 no purchase"]), {})
    store.close()
    columns = "grp, topic_id, part, off, once, run, worker, k, product, price, purchased_at, member, epoch"
    rows = database.ask(f"SELECT {columns} FROM eventq_effect ORDER BY id")
    begin = ('g"\t\n\\é', "id-1", 2)
    assert [row[:3] for row in rows] == [begin, begin]
    assert [row[4] for row in rows] == [False, False]
    said = ("372d8a68", 1, 42, product, 12.25, moment, PLAN.client_id, None)
    assert (rows[0][3], *rows[0][5:]) == (7, *said)
    assert (rows[1][3], *rows[1][5:]) == (8, None, None, None, None, None, None, PLAN.client_id, None)


def test_tables_of_another_version_are_refused(database: EffectDatabase) -> None:
    store = database.store(PLAN)
    store.open()
    store.close()
    database.execute("UPDATE eventq_schema SET version = 99")
    with pytest.raises(EventqError, match="version 99"):
        store.open()
    store.close()


@pytest.mark.parametrize("table", ["eventq_schema", "eventq_position", "eventq_effect"])
def test_a_table_of_somebody_else_by_the_same_name_is_refused_and_left_as_it_is(
    database: EffectDatabase, table: str
) -> None:
    database.execute(f"CREATE TABLE {table} (something int)")
    store = database.store(ONCE)

    def use() -> None:
        store.open()
        store.claim({0: 0})
        store.write(records(0, 0, [b"a"]), {})

    with pytest.raises(EventqError, match="that eventq did not make"):
        use()
    store.close()
    assert database.ask(f"SELECT * FROM {table}") == []
