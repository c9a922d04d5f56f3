"""Over a broker that takes its time to load its groups every command waits and succeeds, over each client."""

import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from kafka import KafkaAdminClient

from tests.consume_harness import CLIENTS, DEADLINE, eventually
from tests.group_fixture import GroupFixture
from tests.lag_scrape import address, scrape
from tests.slow_coordinator import SlowCoordinator, slow_coordinator

FIND, FETCH, LIST = "FindCoordinatorRequest", "OffsetFetchRequest", "ListGroupsRequest"
READS = {FIND, FETCH}


CASES = {
    "lag -g GROUP": (READS, "total lag 160"),
    "lag --all-groups": ({*READS, LIST}, "group GROUP  Empty  classic  members 0  total lag 160"),
    "lag check -g GROUP --max-lag 160": (READS, "lag 160"),
    "lag wait -g GROUP --max-lag 160 --timeout 60s": (READS, "lag 160"),
    "lag watch -g GROUP --samples 1 -o json": (READS, '"lag":160'),
    "group list": ({LIST}, "GROUP"),
    "group describe GROUP": (READS, "lag 160"),
    "group members GROUP": (READS, "member id"),
    "group reset -g GROUP --to earliest --execute": ({*READS, "OffsetCommitRequest"}, "-30"),
    "group delete GROUP --yes": ({*READS, "DeleteGroupsRequest"}, "deleted GROUP"),
    "consume -g GROUP -t TOPIC --count 2 --until-end --format raw": (READS, "160"),
}
"""Commands; kinds of requests that are refused at first; and what the output shows in the end."""

_AT_ONCE = 6


class Done(NamedTuple):
    code: int
    out: str
    err: str
    refused: set[str]


class Asking:
    """Groups of 200 records, 160 of them unread, and clients that ask a slow coordinator about them."""

    def __init__(self, slow: SlowCoordinator, fixture: GroupFixture) -> None:
        self._slow, self._fixture = slow, fixture

    def group(self) -> str:
        name = f"{self._fixture.group}-{uuid.uuid4().hex[:8]}"
        self._fixture.commit(10, 30, group=name)
        return name

    def command(self, words: Iterable[str], client: str, group: str) -> list[str]:
        """The group's name is the client id too."""
        named = [word.replace("GROUP", group).replace("TOPIC", self._fixture.topic) for word in words]
        to = ["-b", self._slow.bootstrap, "--client", client, "--connect-timeout", "30s"]
        return [sys.executable, "-m", "eventq", *named, *to, "-X", f"client.id={group}"]

    def run(self, words: Iterable[str], client: str, group: str) -> Done:
        command = self.command(words, client, group)
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
        return Done(done.returncode, done.stdout.replace(group, "GROUP"), done.stderr, self.refused(group))

    def refused(self, group: str) -> set[str]:
        return self._slow.kinds(group)


@pytest.fixture(scope="module")
def asking(bootstrap: str) -> Iterator[Asking]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    with slow_coordinator(bootstrap) as slow:
        yield Asking(slow, GroupFixture(bootstrap, admin))
    admin.close()


@pytest.fixture(scope="module")
def outcomes(asking: Asking) -> dict[tuple[str, str], Done]:
    """Of all commands over both clients, some at a time: each spends most of its time waiting."""
    runs = [(words, client, asking.group()) for words in CASES for client in CLIENTS]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = pool.map(lambda run: asking.run(run[0].split(), *run[1:]), runs)
        return {(words, client): one for (words, client, _), one in zip(runs, done, strict=True)}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("words", CASES)
def test_a_command_waits_until_the_groups_are_loaded(
    outcomes: dict[tuple[str, str], Done], words: str, client: str
) -> None:
    done, (waits, shown) = outcomes[words, client], CASES[words]
    assert done.code == 0, done
    assert done.refused >= waits
    assert shown in done.out


def test_the_exporter_waits_too_and_counts_no_error(asking: Asking) -> None:
    for client in CLIENTS:
        group = asking.group()
        command = asking.command(("lag", "export", "--port", "0"), client, group)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as exporter:
            try:
                url = address(exporter)
                found = eventually(lambda: _with_lag(url, group), "it is served")  # noqa: B023 - called here
            finally:
                exporter.terminate()
        assert found["eventq_sample_errors_total", ""] == [({}, 0.0)]
        assert asking.refused(group) >= {*READS, LIST}


def _with_lag(url: str, group: str) -> Any:
    found = scrape(url)
    lag = found.get(("eventq_group_lag", group))
    return found if lag == [({"consumergroup": group}, 160.0)] else None
