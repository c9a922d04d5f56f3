"""Dead letters when members die: none is lost; in a database, exactly once, none is there twice."""

import json
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


def sources(harness: ConsumeHarness, topic: str) -> Counter[tuple[int, int]]:
    """Where the dead letters of a topic were read."""
    reader = ConsumeHarness(harness.bootstrap, harness.client)
    reader.topic, reader.group = topic, topic
    run = reader.run("--from-beginning", "--until-end", "--events", "--quiet", "--format", "raw")
    reader.close()
    assert run.code == 0, run.err
    found: Counter[tuple[int, int]] = Counter()
    for line in run.out.splitlines():
        headers = {header["name"]: header["value"] for header in json.loads(line)["headers"]}
        _, partition, offset = headers["eventq-src"].split("/")
        found[int(partition), int(offset)] += 1
    return found


def rows(path: Path, table: str) -> Counter[tuple[int, int]]:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        return Counter(database.execute(f"SELECT part, off FROM {table}").fetchall())


def crash(harness: ConsumeHarness, path: Path, guarantee: str, point: str, seed: int) -> Ended:
    spoil(harness)
    run = harness.consume(
        "--until-end", "--work", "2ms", "--commit-interval", "50ms", "--session-timeout", "6s",
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


TO_A_TOPIC = [(guarantee, client) for client in CLIENTS for guarantee in ("at-most-once", "at-least-once")]


def crash_beside_a_topic(harness: ConsumeHarness, guarantee: str, seed: int) -> Ended:
    spoil(harness)
    dead = f"{harness.topic}-dead"
    harness.admin.create_topics({dead: {"num_partitions": 2, "replication_factor": 1}})
    faults = [option for point in POINTS[:3] for option in ("--fault", f"crash-point:{point},times=2")]
    run = harness.consume(
        "--until-end", "--work", "2ms", "--commit-interval", "50ms", "--session-timeout", "6s",
        "--delivery", guarantee, "--on-malformed", f"dead-letter:{dead}",
        *faults, "--fault-seed", str(seed),
    )  # fmt: skip
    return Ended(run, sources(harness, dead), Counter())


@pytest.fixture(scope="module")
def beside_a_topic(bootstrap: str) -> Iterator[dict[tuple[str, str], Ended]]:
    """With crashes around each commit and in the middle of batches."""
    harnesses = [ConsumeHarness(bootstrap, client) for _, client in TO_A_TOPIC]

    def one(n: int) -> Ended:
        return crash_beside_a_topic(harnesses[n], TO_A_TOPIC[n][0], n)

    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield dict(zip(TO_A_TOPIC, pool.map(one, range(len(TO_A_TOPIC))), strict=True))
    finally:
        for harness in harnesses:
            harness.close()


@pytest.mark.parametrize(("guarantee", "client"), TO_A_TOPIC)
def test_a_dead_letter_in_a_topic_is_lost_under_at_most_once_alone_and_doubled_under_at_least_once_alone(
    beside_a_topic: dict[tuple[str, str], Ended], guarantee: str, client: str
) -> None:
    run, letters, _ = beside_a_topic[guarantee, client]
    assert run.code == 0, run.err
    assert sum(member["restarts"] for member in run.report["members"]) >= 1
    assert run.committed == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)
    if guarantee == "at-least-once":
        assert letters.keys() == SPOILT
    else:
        assert set(letters.values()) <= {1}
        assert letters.keys() <= SPOILT
