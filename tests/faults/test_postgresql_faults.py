"""What each guarantee is worth in a real PostgreSQL: members, connections and the server itself go away."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, either_client, eventually, members_of, purchase
from tests.cut_answers import CutAnswers
from tests.delivery_runs import (
    EVENTS,
    EVERY_EVENT,
    GUARANTEES,
    PARTITIONS,
    POINTS,
    Ended,
    check_guarantee,
    crash,
    effects,
    fill,
    kill_on_the_way,
    start,
)
from tests.effect_databases import PostgresDatabase, offsets
from tests.private_postgres import PrivatePostgres

_AT_ONCE = 3
_CASES: list[tuple[str, str | None]] = [(guarantee, None) for guarantee in GUARANTEES]
_CASES += [("exactly-once", point) for point in POINTS]
_IN_COPY = "state = 'active' AND query LIKE 'COPY eventq_effect%'"
_SLOW = """CREATE FUNCTION {0}.slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(1) FROM {0}.slowly; RETURN NULL; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON eventq_effect EXECUTE FUNCTION {0}.slow()"""


@pytest.fixture
def database(postgres: PrivatePostgres) -> PostgresDatabase:
    return PostgresDatabase(postgres)


@pytest.fixture(scope="module")
def ended(bootstrap: str, postgres: PrivatePostgres) -> Iterator[dict[tuple[str, str | None], Ended]]:
    """Of every guarantee with members killed, of exactly-once with a crash at every point; either client."""
    harnesses = [ConsumeHarness(bootstrap, CLIENTS[n % 2]) for n, _ in enumerate(_CASES)]

    def run(n: int) -> Ended:
        guarantee, point = _CASES[n]
        database = PostgresDatabase(postgres)
        if point is None:
            return kill_on_the_way(harnesses[n], guarantee, database)
        return crash(harnesses[n], guarantee, database, point, n)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield dict(zip(_CASES, pool.map(run, range(len(_CASES))), strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.mark.parametrize(("guarantee", "point"), _CASES)
def test_a_guarantee_holds_when_members_die(
    ended: dict[tuple[str, str | None], Ended], guarantee: str, point: str | None
) -> None:
    check_guarantee(ended[guarantee, point], guarantee)


@either_client
def test_a_quota_under_exactly_once_is_kept_when_a_member_dies(
    harness: ConsumeHarness, database: PostgresDatabase
) -> None:
    fill(harness)
    fault = ("--fault", "crash-point:after-commit,times=1", "--fault-seed", "7", "--work", "1ms")
    options = ("--delivery", "exactly-once", "--sink", database.sink, *fault)
    run = harness.consume("-n", "1501", "--count", "2", *options)
    assert run.code == 0, run.err
    found = effects(database)
    assert (set(found.values()), found.total()) == ({1}, 1501)
    assert run.report["sink"] == f"postgresql://postgres@{database.server.server.folder}/postgres"


@either_client
def test_a_malformed_event_is_kept_in_the_transaction_of_its_slice_whenever_a_member_dies(
    harness: ConsumeHarness, database: PostgresDatabase
) -> None:
    harness.create(PARTITIONS)
    harness.send([purchase(n) if n % 10 else b"bad \0" for n in range(EVENTS)])
    fault = ("--fault", "crash-point:mid-batch,times=2", "--fault-seed", "3", "--on-malformed", "dead-letter")
    run = harness.finish(start(harness, "exactly-once", database.sink, *fault))
    assert run.code == 0, run.err
    letters = database.ask("SELECT part, off FROM eventq_dead_letter")
    assert Counter([*letters, *offsets(database)]) == Counter(EVERY_EVENT)
    assert database.ask("SELECT DISTINCT value FROM eventq_dead_letter") == [(b"bad \0",)]
    assert len(letters) == EVENTS // 10


@pytest.mark.parametrize("made", [True, False], ids=["made", "not-made"])
@either_client
def test_a_commit_whose_answer_is_cut_off_is_neither_lost_nor_made_twice(
    harness: ConsumeHarness, database: PostgresDatabase, *, made: bool
) -> None:
    fill(harness)
    folder = database.server.server.folder
    with CutAnswers(f"{folder}/.s.PGSQL.5432", 5, made=made) as proxy:
        sink = (
            f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?options=-csearch_path%3D{database.schema}"
        )
        run = harness.finish(start(harness, "exactly-once", sink, "--retry-backoff", "100ms"))
        assert proxy.cut == 1
    assert run.code == 0, run.err
    assert effects(database) == Counter(EVERY_EVENT)


# the server goes away


@pytest.fixture(scope="module")
def restartable_postgres() -> Iterator[PrivatePostgres]:
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def mortal(restartable_postgres: PrivatePostgres) -> PostgresDatabase:
    """In a server that a test may stop."""
    return PostgresDatabase(restartable_postgres)


def _at_work(
    harness: ConsumeHarness, guarantee: str, database: PostgresDatabase, *options: str
) -> "subprocess.Popen[bytes]":
    fill(harness)
    process = start(harness, guarantee, database.sink, *options)
    eventually(lambda: len(offsets(database)) > 100, "effects")
    return process


@either_client
def test_members_wait_for_a_database_that_comes_back(
    harness: ConsumeHarness, mortal: PostgresDatabase
) -> None:
    process = _at_work(harness, "exactly-once", mortal, "--retries", "600", "--retry-backoff", "100ms")
    for _ in range(2):
        before = len(offsets(mortal))
        mortal.server.server.stop()
        mortal.server.server.start()
        eventually(lambda: len(offsets(mortal)) > before, "more effects")  # noqa: B023 - called here
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert effects(mortal) == Counter(EVERY_EVENT)
    assert run.report["members"][0]["restarts"] == 0


@pytest.mark.parametrize("guarantee", ["at-least-once", "exactly-once"])
@either_client
def test_a_database_that_stays_away_ends_the_run_with_nothing_committed_that_was_not_written(
    harness: ConsumeHarness, mortal: PostgresDatabase, guarantee: str
) -> None:
    process = _at_work(harness, guarantee, mortal, "--retries", "1", "--retry-backoff", "100ms")
    mortal.server.server.stop()
    run = harness.finish(process)
    mortal.server.server.start()
    assert run.code == 1
    assert "the sink postgresql://postgres@" in run.err
    written = effects(mortal).keys()
    committed = harness.committed()
    assert {(p, offset) for p, end in committed.items() for offset in range(end)} <= written
    assert sum(committed.values()) > 0


# a member that is stopped


def _backends(database: PostgresDatabase, condition: str) -> list[Any]:
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'eventq'"
    return database.ask(f"{query} AND {condition}")


def _stop_in_transaction(database: PostgresDatabase, member: int) -> int:
    """The backend of the member, which is stopped between its UPDATE and its COMMIT."""

    def stopped() -> int | None:
        (backend,) = eventually(lambda: _backends(database, _IN_COPY), "a COPY")[0]
        os.kill(member, signal.SIGSTOP)
        eventually(lambda: not _backends(database, f"pid = {backend} AND state = 'active'"), "its end")
        if _backends(database, f"pid = {backend} AND state LIKE 'idle in transaction%'"):
            return int(backend)
        os.kill(member, signal.SIGCONT)  # it came to its COMMIT first
        return None

    found: int = eventually(stopped, "a member that is stopped in a transaction")
    return found


@either_client
def test_a_member_stopped_before_its_commit_is_put_out_and_refused_when_it_wakes(
    harness: ConsumeHarness, mortal: PostgresDatabase
) -> None:
    """Its partitions go to a member of another parent, of the same group."""
    mortal.execute("CREATE TABLE slowly AS SELECT 1")
    fill(harness)
    first = start(harness, "exactly-once", mortal.sink, "--count", "1")
    eventually(lambda: offsets(mortal), "a first effect")
    mortal.execute(_SLOW.format(mortal.schema))
    zombie = members_of(first)[0]
    backend = _stop_in_transaction(mortal, zombie)
    mortal.execute("TRUNCATE slowly")
    second = harness.finish(start(harness, "exactly-once", mortal.sink, "--count", "1"))
    assert second.code == 0, second.err
    assert not _backends(mortal, f"pid = {backend}")
    assert effects(mortal) == Counter(EVERY_EVENT)
    os.kill(zombie, signal.SIGCONT)
    woken = harness.finish(first)
    assert woken.code == 0, woken.err
    assert effects(mortal) == Counter(EVERY_EVENT)


@either_client
def test_two_parents_with_one_group_write_every_event_once(
    harness: ConsumeHarness, database: PostgresDatabase
) -> None:
    fill(harness)
    options = ("--count", "2", "--fault", "kill:after=400", "--fault", "kill:after=900")
    both = [start(harness, "exactly-once", database.sink, *options) for _ in range(2)]
    for process in both:
        run = harness.finish(process)
        assert run.code == 0, run.err
    assert effects(database) == Counter(EVERY_EVENT)
    assert harness.committed() == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)
