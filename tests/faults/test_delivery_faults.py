"""What each guarantee is worth when members are killed and stopped: the effects in a real database."""

import os
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, Run, alive, eventually, members_of

EVENTS, PARTITIONS, KILLS = 3000, 3, 6
_AT_ONCE = 3
GUARANTEES = ("at-most-once", "at-least-once", "exactly-once")
EVERY_EVENT = {
    (partition, offset) for partition in range(PARTITIONS) for offset in range(EVENTS // PARTITIONS)
}


class Ended(NamedTuple):
    run: Run
    effects: Counter[tuple[int, int]]
    committed: dict[int, int]


def effects(path: Path) -> Counter[tuple[int, int]]:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        return Counter(database.execute("SELECT part, off FROM eventq_effect").fetchall())


def _count(path: Path) -> int:
    """0 before there are tables."""
    try:
        return effects(path).total()
    except sqlite3.OperationalError:
        return 0


def start(harness: ConsumeHarness, guarantee: str, path: Path, *options: str) -> "subprocess.Popen[bytes]":
    harness.create(PARTITIONS)
    harness.fill(EVENTS)
    return harness.start(
        "--from-beginning", "--until-end", "--work", "3ms", "-o", "json", "--commit-interval", "200ms",
        "--session-timeout", "6s", "--delivery", guarantee, "--sink", f"sqlite:{path}",
        *options,
    )  # fmt: skip


def kill_on_the_way(harness: ConsumeHarness, guarantee: str, path: Path) -> Ended:
    """Members, one after the other, each after some more effects than the one before."""
    process = start(harness, guarantee, path)
    for n in range(KILLS):
        wanted = EVENTS * n // (KILLS * 2) + 1
        eventually(lambda: _count(path) >= wanted, "more effects")  # noqa: B023 - called here
        victims = eventually(lambda: members_of(process), "a member")
        os.kill(victims[n % len(victims)], signal.SIGKILL)
    run = harness.finish(process)
    return Ended(run, effects(path), harness.committed())


@pytest.fixture(scope="module")
def ended(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Ended]]:
    """Of every guarantee over each client, side by side."""
    cases = [(client, guarantee) for client in CLIENTS for guarantee in GUARANTEES]
    harnesses = [ConsumeHarness(bootstrap, client) for client, _ in cases]
    paths = [tmp_path_factory.mktemp("effects") / "effects.db" for _ in cases]
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(kill_on_the_way, harnesses, [guarantee for _, guarantee in cases], paths)
            yield dict(zip(cases, found, strict=True))
    finally:
        for harness in harnesses:
            harness.close()


POINTS = ("before-commit", "after-commit", "mid-batch", "after-claim")


@pytest.fixture(scope="module")
def crashed(
    bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Ended]]:
    """Of every guarantee with a crash at every point, over either client in turn."""
    cases = [(guarantee, point) for guarantee in GUARANTEES for point in POINTS]
    harnesses = [ConsumeHarness(bootstrap, CLIENTS[n % 2]) for n, _ in enumerate(cases)]
    paths = [tmp_path_factory.mktemp("effects") / "effects.db" for _ in cases]

    def crash(n: int) -> Ended:
        guarantee, point = cases[n]
        fault = ("--fault", f"crash-point:{point},times=2", "--fault-seed", str(n))
        run = harnesses[n].finish(start(harnesses[n], guarantee, paths[n], *fault))
        return Ended(run, effects(paths[n]), harnesses[n].committed())

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield dict(zip(cases, pool.map(crash, range(len(cases))), strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("guarantee", GUARANTEES)
def test_a_guarantee_holds_wherever_a_member_dies(
    crashed: dict[tuple[str, str], Ended], guarantee: str, point: str
) -> None:
    found = crashed[guarantee, point]
    assert found.run.code == 0, found.run.err
    assert sum(member["restarts"] for member in found.run.report["members"]) >= 1
    assert found.run.committed == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)
    if guarantee == "at-most-once":
        assert set(found.effects.values()) == {1}
    else:
        assert found.effects.keys() == EVERY_EVENT
    if guarantee == "exactly-once":
        assert found.effects == Counter(EVERY_EVENT)


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
    path = tmp_path / "effects.db"
    process = start(harness, "exactly-once", path)
    eventually(lambda: _count(path) > 0, "a first effect")
    sleeper = members_of(process)[0]
    os.kill(sleeper, signal.SIGSTOP)
    eventually(lambda: harness.members() == 2, "the group goes on without it")
    os.kill(sleeper, signal.SIGCONT)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert not alive(sleeper)
    assert effects(path) == Counter(EVERY_EVENT)


@pytest.mark.parametrize(
    "fault", ["kill:after=300", "crash-point:after-commit,times=1", "crash-point:mid-batch"]
)
def test_a_quota_under_exactly_once_is_kept_whenever_a_member_dies(
    harness: ConsumeHarness, tmp_path: Path, fault: str
) -> None:
    harness.create(PARTITIONS)
    harness.fill(EVENTS)
    path = tmp_path / "effects.db"
    options = ("--delivery", "exactly-once", "--sink", f"sqlite:{path}", "--work", "1ms", "--fault", fault)
    run = harness.consume("-n", "1501", "--count", "2", "--fault-seed", "7", *options)
    assert run.code == 0, run.err
    assert "restarted" in run.err
    found = effects(path)
    assert set(found.values()) == {1}
    assert found.total() == 1501
    assert sum(run.committed.values()) <= 1501  # of a member that died last, the next run commits the rest
