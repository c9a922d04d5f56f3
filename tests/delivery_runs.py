"""Consume runs whose members are killed on the way, for the tests of what each guarantee is worth."""

import os
import signal
import subprocess
from collections import Counter
from typing import NamedTuple

from tests.consume_harness import ConsumeHarness, Run, eventually, members_of
from tests.effect_databases import EffectDatabase, offsets

EVENTS, PARTITIONS, KILLS = 3000, 3, 6
GUARANTEES = ("at-most-once", "at-least-once", "exactly-once")
POINTS = ("before-commit", "after-commit", "mid-batch", "after-claim")
EVERY_EVENT = {
    (partition, offset) for partition in range(PARTITIONS) for offset in range(EVENTS // PARTITIONS)
}


class Ended(NamedTuple):
    run: Run
    effects: Counter[tuple[int, int]]
    committed: dict[int, int]


def effects(database: EffectDatabase) -> Counter[tuple[int, int]]:
    return Counter(offsets(database))


def fill(harness: ConsumeHarness) -> None:
    harness.create(PARTITIONS)
    harness.fill(EVENTS)


def start(harness: ConsumeHarness, guarantee: str, sink: str, *options: str) -> "subprocess.Popen[bytes]":
    return harness.start(
        "--from-beginning", "--until-end", "--work", "3ms", "-o", "json", "--commit-interval", "200ms",
        "--session-timeout", "6s", "--delivery", guarantee, "--sink", sink,
        *options,
    )  # fmt: skip


def kill_on_the_way(harness: ConsumeHarness, guarantee: str, database: EffectDatabase) -> Ended:
    """Members, one after the other, each after some more effects than the one before."""
    fill(harness)
    process = start(harness, guarantee, database.sink)
    for n in range(KILLS):
        wanted = EVENTS * n // (KILLS * 2) + 1
        eventually(lambda: len(offsets(database)) >= wanted, "more effects")  # noqa: B023 - called here
        victims = eventually(lambda: members_of(process), "a member")
        os.kill(victims[n % len(victims)], signal.SIGKILL)
    run = harness.finish(process)
    return Ended(run, effects(database), harness.committed())


def crash(harness: ConsumeHarness, guarantee: str, database: EffectDatabase, point: str, seed: int) -> Ended:
    fill(harness)
    fault = ("--fault", f"crash-point:{point},times=2", "--fault-seed", str(seed))
    run = harness.finish(start(harness, guarantee, database.sink, *fault))
    return Ended(run, effects(database), harness.committed())


def check_guarantee(found: Ended, guarantee: str) -> None:
    """That members died, the group came to its end, and the guarantee holds."""
    assert found.run.code == 0, found.run.err
    assert sum(member["restarts"] for member in found.run.report["members"]) >= 1
    assert found.run.committed == dict.fromkeys(range(PARTITIONS), EVENTS // PARTITIONS)
    if guarantee == "at-most-once":
        assert set(found.effects.values()) == {1}
    else:
        assert found.effects.keys() == EVERY_EVENT
    if guarantee == "exactly-once":
        assert found.effects == Counter(EVERY_EVENT)
