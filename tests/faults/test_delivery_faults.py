"""What each guarantee is worth when members are killed and stopped: the effects in a real database."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, alive, eventually, members_of
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
from tests.effect_databases import SqliteDatabase, offsets

_AT_ONCE = 3


@pytest.fixture(scope="module")
def ended(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Ended]]:
    """Of every guarantee over each client, side by side."""
    cases = [(client, guarantee) for client in CLIENTS for guarantee in GUARANTEES]
    harnesses = [ConsumeHarness(bootstrap, client) for client, _ in cases]
    databases = [SqliteDatabase(tmp_path_factory.mktemp("effects")) for _ in cases]
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(kill_on_the_way, harnesses, [guarantee for _, guarantee in cases], databases)
            yield dict(zip(cases, found, strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.fixture(scope="module")
def crashed(
    bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Ended]]:
    """Of every guarantee with a crash at every point, over either client in turn."""
    cases = [(guarantee, point) for guarantee in GUARANTEES for point in POINTS]
    harnesses = [ConsumeHarness(bootstrap, CLIENTS[n % 2]) for n, _ in enumerate(cases)]
    databases = [SqliteDatabase(tmp_path_factory.mktemp("effects")) for _ in cases]

    def crashes(n: int) -> Ended:
        guarantee, point = cases[n]
        return crash(harnesses[n], guarantee, databases[n], point, n)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield dict(zip(cases, pool.map(crashes, range(len(cases))), strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_guarantee_holds_wherever_a_member_dies(
    crashed: dict[tuple[str, str], Ended], guarantee: str, point: str
) -> None:
    check_guarantee(crashed[guarantee, point], guarantee)


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_members_were_killed_and_the_group_came_to_the_end(
    ended: dict[tuple[str, str], Ended], client: str, guarantee: str
) -> None:
    run = ended[client, guarantee].run
    assert run.code == 0, run.err
    assert sum(member["restarts"] for member in run.report["members"]) >= 1
    assert run.report["delivery"] == guarantee
    assert run.committed == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)


def test_at_most_once_has_no_effect_twice(ended: dict[tuple[str, str], Ended], client: str) -> None:
    found = ended[client, "at-most-once"]
    assert set(found.effects.values()) == {1}
    lost = EVERY_EVENT - found.effects.keys()
    deaths = sum(member["restarts"] for member in found.run.report["members"])
    assert len(lost) <= deaths * found.run.report["at_risk"]


def test_at_least_once_loses_nothing(ended: dict[tuple[str, str], Ended], client: str) -> None:
    assert ended[client, "at-least-once"].effects.keys() == EVERY_EVENT


def test_exactly_once_has_every_effect_once(ended: dict[tuple[str, str], Ended], client: str) -> None:
    assert ended[client, "exactly-once"].effects == Counter(EVERY_EVENT)


def test_a_member_that_wakes_after_its_partitions_moved_writes_nothing_of_them(
    harness: ConsumeHarness, tmp_path: Path
) -> None:
    database = SqliteDatabase(tmp_path)
    fill(harness)
    process = start(harness, "exactly-once", database.sink)
    eventually(lambda: offsets(database), "a first effect")
    sleeper = members_of(process)[0]
    os.kill(sleeper, signal.SIGSTOP)
    eventually(lambda: harness.members() == 2, "the group goes on without it")
    os.kill(sleeper, signal.SIGCONT)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert not alive(sleeper)
    assert effects(database) == Counter(EVERY_EVENT)


@pytest.mark.parametrize(
    "fault", ["kill:after=300", "crash-point:after-commit,times=1", "crash-point:mid-batch"]
)
def test_a_quota_under_exactly_once_is_kept_whenever_a_member_dies(
    harness: ConsumeHarness, tmp_path: Path, fault: str
) -> None:
    fill(harness)
    database = SqliteDatabase(tmp_path)
    options = ("--delivery", "exactly-once", "--sink", database.sink, "--work", "1ms", "--fault", fault)
    run = harness.consume("-n", "1501", "--count", "2", "--fault-seed", "7", *options)
    assert run.code == 0, run.err
    assert "restarted" in run.err
    found = effects(database)
    assert set(found.values()) == {1}
    assert found.total() == 1501
    assert sum(run.committed.values()) <= 1501  # of a member that died last, the next run commits the rest
