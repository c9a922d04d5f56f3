"""What only PostgreSQL does: schemas and rights, sessions that are put out, servers that go away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import psycopg
import pytest

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores.consume.postgresql import PostgresqlEffects
from tests.effect_databases import PostgresDatabase, offsets
from tests.loops.consume.fakes import PLAN, records
from tests.private_postgres import PrivatePostgres

ONCE = replace(PLAN, delivery=Delivery.EXACTLY_ONCE)
IMPATIENT = replace(ONCE, session_timeout=0.5)


@pytest.fixture
def own(postgres: PrivatePostgres) -> PostgresDatabase:
    return PostgresDatabase(postgres)


@pytest.fixture
def reader(own: PostgresDatabase) -> Iterator[PostgresqlEffects]:
    """Of a user who may use the schema and make nothing in it."""
    own.execute(f"GRANT USAGE ON SCHEMA {own.schema} TO app")
    store = own.store(ONCE, url=own.of("app"))
    yield store
    store.close()


def make_tables(own: PostgresDatabase) -> None:
    store = own.store(ONCE)
    store.open()
    store.close()


def test_a_user_who_may_not_create_uses_the_tables_that_are_there(
    own: PostgresDatabase, reader: PostgresqlEffects
) -> None:
    make_tables(own)
    own.execute("GRANT SELECT, INSERT, UPDATE ON eventq_schema, eventq_position, eventq_effect TO app")
    reader.open()
    claim = reader.claim({0: 0})[0]
    assert reader.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    assert offsets(own) == [(0, 0)]


def test_a_user_who_may_not_create_what_is_missing_is_told_so(reader: PostgresqlEffects) -> None:
    with pytest.raises(EventqError, match="permission denied for schema") as caught:
        reader.open()
    assert not isinstance(caught.value, StoreUnavailable)
    assert "GRANT" in (caught.value.hint or "")


def test_rights_that_are_lacking_are_named_before_anything_is_written(
    own: PostgresDatabase, reader: PostgresqlEffects
) -> None:
    make_tables(own)
    own.execute("GRANT SELECT ON eventq_schema, eventq_position TO app")
    lacking = "INSERT on eventq_position, UPDATE on eventq_position, INSERT on eventq_effect"
    with pytest.raises(EventqError, match=f"postgresql://shown can't be used: its user lacks {lacking}"):
        reader.open()


def test_dead_letters_need_a_right_only_where_they_are_kept(
    own: PostgresDatabase, reader: PostgresqlEffects
) -> None:
    make_tables(own)
    own.execute("GRANT SELECT, INSERT, UPDATE ON eventq_schema, eventq_position, eventq_effect TO app")
    reader.open()
    keeps = replace(ONCE, on_malformed=OnMalformed(MalformedRule.DEAD_LETTER))
    keeper = own.store(keeps, url=own.of("app"))
    with pytest.raises(EventqError, match="its user lacks INSERT on eventq_dead_letter"):
        keeper.open()
    keeper.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE VIEW eventq_effect AS SELECT 1 AS part", "eventq_effect is not a table"),
        ("CREATE TABLE eventq_position (part int, grp text)", "eventq_position has no column topic_id"),
        ("CREATE TABLE eventq_once (n int)", "eventq_once is no unique index of eventq_effect"),
        ("CREATE TABLE t (n int); CREATE INDEX eventq_once ON t (n)", "eventq_once is no unique index"),
    ],
)
def test_what_somebody_else_made_is_named_and_nothing_is_made_beside_it(
    own: PostgresDatabase, statement: str, said: str
) -> None:
    own.execute(statement)
    before = own.ask(f"SELECT relname FROM pg_class WHERE relnamespace = '{own.schema}'::regnamespace")
    store = own.store(ONCE)
    with pytest.raises(EventqError, match=said) as caught:
        store.open()
    store.close()
    assert "search_path" in (caught.value.hint or "")
    after = own.ask(f"SELECT relname FROM pg_class WHERE relnamespace = '{own.schema}'::regnamespace")
    assert sorted(after) == sorted(before)


def test_a_schema_that_is_not_there_is_named(own: PostgresDatabase) -> None:
    store = own.store(ONCE, url=own.sink.replace(own.schema, "no_such_schema"))
    with pytest.raises(EventqError, match="no schema has been selected") as caught:
        store.open()
    store.close()
    assert "search_path" in (caught.value.hint or "")


def test_members_that_make_the_tables_at_once_do_not_disturb_each_other(own: PostgresDatabase) -> None:
    stores = [own.store(ONCE) for _ in range(6)]
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(lambda store: store.open(), stores))
    for store in stores:
        store.close()
    assert own.ask("SELECT version FROM eventq_schema") == [(1,)]


def test_claims_of_the_same_partitions_in_any_order_do_not_wait_for_each_other(own: PostgresDatabase) -> None:
    stores = [own.store(ONCE) for _ in range(4)]
    orders = [dict.fromkeys(range(40), 0), dict.fromkeys(reversed(range(40)), 0)] * 2
    for store in stores:
        store.open()
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(lambda store, starts: store.claim(starts), stores, orders))
    assert {claim.epoch for claim in stores[0].claim(orders[0]).values()} == {5}
    for store in stores:
        store.close()


def test_a_writer_that_stops_before_its_commit_is_put_out_and_finds_that_it_was_replaced(
    own: PostgresDatabase,
) -> None:
    stopped, goes_on = Event(), Event()

    def stop() -> None:
        stopped.set()
        goes_on.wait(60)

    zombie, heir = own.store(IMPATIENT, before_commit=stop), own.store(ONCE)
    zombie.open()
    heir.open()
    claim = zombie.claim({0: 0})[0]
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(zombie.write_once, records(0, 0, [b"a"]), {}, Move(0, claim, 1))
        assert stopped.wait(60)
        taken = heir.claim({0: 0})[0]
        assert taken == Claim(2, 0)
        assert heir.write_once(records(0, 0, [b"a", b"b"]), {}, Move(0, taken, 2))
        goes_on.set()
        with pytest.raises(StoreUnavailable, match="idle-in-transaction"):
            writing.result(60)
    zombie.open()
    assert zombie.position(0) == Claim(2, 2)
    assert not zombie.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    assert offsets(own) == [(0, 0), (0, 1)]
    zombie.close()
    heir.close()


def test_a_position_is_asked_for_after_the_transaction_that_moves_it(own: PostgresDatabase) -> None:
    store, other = own.store(ONCE), own.store(IMPATIENT)
    store.open()
    other.open()
    claim = store.claim({0: 0})[0]
    with psycopg.connect(own.sink) as busy, ThreadPoolExecutor(1) as pool:
        busy.execute("UPDATE eventq_position SET next_offset = 7")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            other.position(0)
        asked = pool.submit(store.position, 0)
        busy.commit()
        assert asked.result(60) == Claim(claim.epoch, 7)
    store.close()
    other.close()


def test_its_session_is_put_out_in_time_and_commits_last(own: PostgresDatabase) -> None:
    own.execute("ALTER ROLE app SET synchronous_commit = off")
    own.execute("ALTER ROLE app SET default_transaction_isolation = serializable")
    own.execute("ALTER ROLE app SET default_transaction_read_only = on")
    own.execute(f"GRANT ALL ON SCHEMA {own.schema} TO app")
    store = own.store(replace(ONCE, session_timeout=6.0), url=own.of("app"))
    try:
        store.open()
        names = ("idle_in_transaction_session_timeout", "lock_timeout", "synchronous_commit")
        assert [store._ask(f"SHOW {name}") for name in names] == [[("6s",)], [("3s",)], [("on",)]]
        with store._transaction():
            assert store._ask("SHOW transaction_isolation") == [("read committed",)]
        assert store.claim({0: 3}) == {0: Claim(1, 3)}
    finally:
        store.close()
        own.execute("ALTER ROLE app RESET ALL")


def test_a_server_that_is_gone_may_come_back(own: PostgresDatabase) -> None:
    store = own.store(ONCE)
    store.open()
    claim = store.claim({0: 0})[0]
    own.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eventq'")
    with pytest.raises(StoreUnavailable):
        store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    store.open()
    assert store.write_once(records(0, 0, [b"a"]), {}, Move(0, claim, 1))
    store.close()
    nowhere = own.store(ONCE, url="postgresql://127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1"):
        nowhere.open()
    with pytest.raises(StoreUnavailable, match="not open"):
        nowhere.position(0)


def test_what_a_database_can_not_hold_is_no_reason_to_try_again(own: PostgresDatabase) -> None:
    store = own.store(replace(PLAN, group="a\0b"))
    store.open()
    with pytest.raises(EventqError, match="postgresql://shown can't be used") as caught:
        store.write(records(0, 0, [b"a"]), {})
    store.close()
    assert not isinstance(caught.value, StoreUnavailable)
