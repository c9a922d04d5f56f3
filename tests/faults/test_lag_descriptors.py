"""The descriptors of `eventq lag watch` and `lag export` over an outage: none are gained, so none run out."""

import json
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import product
from typing import Protocol

import pytest

from tests.consume_harness import CLIENTS, eventually
from tests.descriptors import descriptors_of_all
from tests.lag_harness import LagHarness
from tests.lag_scrape import address, scrape
from tests.private_kafka import PrivateKafka

FEW = 26
LAG = 40
OFTEN = ("-X", "reconnect.backoff.ms=50", "-X", "reconnect.backoff.max.ms=100")
"""As many failed connects in seconds as there are in a minute without it."""


class Command(Protocol):
    """One of them, running."""

    process: "subprocess.Popen[str]"

    def reads(self) -> bool:
        """Whether it tells the lag now."""
        ...


class Watch:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._reads = False
        self._reader = threading.Thread(target=self._follow)
        self._reader.start()

    def _follow(self) -> None:
        for sample in map(json.loads, self.process.stdout or ()):
            self._reads = not sample["stale"] and [group["lag"] for group in sample["groups"]] == [LAG]

    def reads(self) -> bool:
        return self._reads

    def close(self) -> None:
        self.process.kill()
        self._reader.join()


class Export:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    @cached_property
    def _url(self) -> str:
        return address(self.process)

    def reads(self) -> bool:
        rows = scrape(self._url)
        lags = [
            value for (name, group), found in rows.items() if name == "eventq_group_lag" for _, value in found
        ]
        return rows["eventq_up", ""] == [({}, 1.0)] and lags == [LAG]


@contextmanager
def started(harness: LagHarness, *options: str) -> Iterator[dict[str, Command]]:
    """Both commands over each client, each as usual and where descriptors are few, by what they are."""
    found: dict[str, Command] = {}
    with ExitStack() as stack:
        for client, few in product(CLIENTS, (False, True)):
            to = ("--client", client, "--interval", "200ms", "--connect-timeout", "2s", *options)
            watching = harness.start("watch", "-g", harness.group, "-o", "json", *to)
            exporting = harness.start("export", "--groups", harness.group, "--port", "0", *to)
            for process in (watching, exporting) if few else ():
                resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FEW, FEW))
            found[f"watch over {client}, {few=}"] = watch = Watch(watching)
            stack.callback(watch.close)
            found[f"export over {client}, {few=}"] = Export(exporting)
        yield found


def all_read(commands: dict[str, Command]) -> None:
    for name, each in commands.items():
        eventually(each.reads, f"{name} reads the lag")


def outlives(restartable: PrivateKafka, seconds: float, *options: str) -> None:
    with LagHarness(restartable.bootstrap) as harness:
        harness.commit(100, 100 - LAG)
        with started(harness, *options) as commands:
            all_read(commands)
            harness.disconnect()
            restartable.kill()
            counts = counted(commands, seconds)
            assert not {name: each for name, each in counts.items() if gains(each)}
            assert not [name for name, each in commands.items() if each.reads()]
            restartable.up()
            all_read(commands)


def counted(commands: dict[str, Command], seconds: float) -> dict[str, list[int]]:
    """The open descriptors of each command and its children, ten times a second."""
    until = time.monotonic() + seconds
    counts: dict[str, list[int]] = {name: [] for name in commands}
    while time.monotonic() < until:
        for name, each in commands.items():
            counts[name].append(descriptors_of_all(each.process.pid))
        time.sleep(0.1)
    return counts


def gains(counts: list[int]) -> bool:
    """Whether all looks of the last third found more than any of the first; a connect under way counts."""
    third = len(counts) // 3
    return min(counts[-third:]) > max(counts[:third])


def test_watch_and_export_gain_no_descriptors_over_an_outage_and_read_again_after_it(
    restartable: PrivateKafka,
) -> None:
    outlives(restartable, 6, *OFTEN)


@pytest.mark.long
def test_watch_and_export_gain_no_descriptors_over_an_outage_of_a_minute_and_read_again_after_it(
    restartable: PrivateKafka,
) -> None:
    outlives(restartable, 60)
