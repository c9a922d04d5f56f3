"""Dead letters when members die: none is lost; in a database, exactly once, none is there twice."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, Run, purchase

EVENTS, PARTITIONS, EVERY = 900, 3, 7
_AT_ONCE = 3
_WHERE = [(n % PARTITIONS, n // PARTITIONS) for n in range(EVENTS)]
SPOILT = set(_WHERE[::EVERY])
SOUND = set(_WHERE) - SPOILT
POINTS = ("before-commit", "after-commit", "mid-batch", "after-claim")


def spoil(harness: ConsumeHarness) -> None:
    """Every seventh event is malformed."""
    harness.create(PARTITIONS)
    harness.send(b"spoilt %d" % n if n % EVERY == 0 else purchase(n) for n in range(EVENTS))


class Ended(NamedTuple):
    run: Run
    letters: Counter[tuple[int, int]]
    effects: Counter[tuple[int, int]]


def rows(path: Path, table: str) -> Counter[tuple[int, int]]:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        return Counter(database.execute(f"SELECT part, off FROM {table}").fetchall())


def crash(harness: ConsumeHarness, path: Path, guarantee: str, point: str, seed: int) -> Ended:
    spoil(harness)
    run = harness.consume(
        "--until-end", "--work", "2ms", "--commit-interval", "200ms", "--session-timeout", "6s",
        "--delivery", guarantee, "--sink", f"sqlite:{path}", "--on-malformed", "dead-letter",
        "--fault", f"crash-point:{point},times=2", "--fault-seed", str(seed),
    )  # fmt: skip
    return Ended(run, rows(path, "eventq_dead_letter"), rows(path, "eventq_effect"))


@pytest.fixture(scope="module")
def crashed(
    bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Ended]]:
    """With a crash at every point, over either client in turn."""
    cases = [(guarantee, point) for guarantee in ("at-least-once", "exactly-once") for point in POINTS]
    harnesses = [ConsumeHarness(bootstrap, CLIENTS[n % 2]) for n, _ in enumerate(cases)]
    paths = [tmp_path_factory.mktemp("letters") / "effects.db" for _ in cases]

    def one(n: int) -> Ended:
        return crash(harnesses[n], paths[n], *cases[n], n)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield dict(zip(cases, pool.map(one, range(len(cases))), strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("guarantee", ["at-least-once", "exactly-once"])
def test_dead_letters_in_the_sink_are_as_safe_as_the_effects_beside_them(
    crashed: dict[tuple[str, str], Ended], guarantee: str, point: str
) -> None:
    run, letters, effects = crashed[guarantee, point]
    assert run.code == 0, run.err
    assert sum(member["restarts"] for member in run.report["members"]) >= 1
    assert run.committed == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)
    if guarantee == "exactly-once":
        assert (letters, effects) == (Counter(SPOILT), Counter(SOUND))
    else:
        assert letters.keys() == SPOILT
        assert effects.keys() == SOUND
