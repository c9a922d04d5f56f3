"""A topic that is deleted and created again while somebody looks: Kafka then forgets the group's commits."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from tests.consume_harness import CLIENTS, eventually
from tests.lag_harness import LagHarness, finish
from tests.lag_scrape import address, scrape
from tests.live_member import beside, live_member, poll


@pytest.fixture
def harness(bootstrap: str) -> Iterator[LagHarness]:
    with LagHarness(bootstrap) as harness:
        harness.commit(10, 20)
        yield harness


@contextmanager
def nobody(_harness: LagHarness) -> Iterator[None]:
    yield


@contextmanager
def a_member(harness: LagHarness) -> Iterator[None]:
    """A live one, that knows the old topic and goes on through all that happens to it."""
    member = live_member(harness.bootstrap, harness.topic, harness.group)

    def run(ended: Event) -> None:
        while not ended.is_set():
            poll(member)
        member.close()

    with beside(run):
        yield


def both(harness: LagHarness, command: str, *options: str) -> "list[subprocess.Popen[str]]":
    """The command over each client."""
    return [harness.start(command, *options, "--interval", "100ms", "--client", client) for client in CLIENTS]


def until(processes: "list[subprocess.Popen[str]]", *wanted: tuple[str, int | None, int | None]) -> Any:
    """Of each watch the first sample with these (status, commit, lag); such a sample is the last one read."""
    return [next(found for line in process.stdout or () if (found := rows(line)) == [*wanted])
            for process in processes]  # fmt: skip


def rows(line: str) -> Any:
    (group,) = json.loads(line)["groups"]
    return [(part["status"], part["committed"], part["lag"]) for part in group["partitions"]]


@pytest.mark.parametrize("members", [nobody, a_member])
def test_watch_shows_no_topic_while_it_is_away_and_recreated_from_then_on(
    harness: LagHarness, members: Callable[[LagHarness], Any]
) -> None:
    with members(harness):
        watches = both(harness, "watch", "-g", harness.group, "-o", "json")
        until(watches, ("ok", 10, 90), ("ok", 20, 80))
        harness.admin.delete_topics([harness.topic])
        until(watches, ("no-topic", None, None), ("no-topic", None, None))
        harness.create()
        harness.send(5)
        until(watches, ("recreated", None, 5), ("recreated", None, 5))
    harness.commit(3, 5)
    until(watches, ("recreated", 3, 2), ("recreated", 5, 0))


def test_a_group_that_begins_after_it_is_ok(harness: LagHarness) -> None:
    old = harness.group
    watches = both(harness, "watch", "-g", harness.group, "-g", f"{old}-new", "-o", "json")
    until(watches, ("ok", 10, 90), ("ok", 20, 80))
    harness.admin.delete_topics([harness.topic])
    until(watches, ("no-topic", None, None), ("no-topic", None, None))
    harness.create()
    harness.send(5)
    harness.group = f"{old}-new"
    harness.commit(3, 5)
    for process in watches:
        samples = (json.loads(line)["groups"] for line in process.stdout or ())
        groups = next(groups for groups in samples if len(groups) == 2 and groups[0]["lag"] == 10)
        assert [part["status"] for part in groups[0]["partitions"]] == ["recreated", "recreated"]
        assert [part["status"] for part in groups[1]["partitions"]] == ["ok", "ok"]


@pytest.mark.parametrize("members", [nobody, a_member])
def test_wait_ends_in_3_and_says_why(harness: LagHarness, members: Callable[[LagHarness], Any]) -> None:
    with members(harness):
        waits = both(harness, "wait", "-v", "-g", harness.group)
        for waiting in waits:
            assert any("lag 170 in 2 of 2 partitions" in line for line in waiting.stderr or ())
            waiting.send_signal(signal.SIGSTOP)  # also one that did not look while there was no topic
        harness.admin.delete_topics([harness.topic])
        waits[0].send_signal(signal.SIGCONT)
        assert any("the topic no longer exists" in line for line in waits[0].stderr or ())
        harness.create()
        waits[1].send_signal(signal.SIGCONT)
        ended = [finish(waiting) for waiting in waits]
    for done in ended:
        assert (done.code, "deleted and created again; no commit yet" in done.err) == (3, True)


def test_export_has_no_lag_while_it_is_away_and_the_new_topics_lag_after_it(harness: LagHarness) -> None:
    exports = both(harness, "export", "--port", "0", "--groups", f"^{harness.group}$", "--window", "1s")
    urls = [address(export) for export in exports]

    def lags(*expected: float) -> Any:
        found = [scrape(url).get(("kafka_consumergroup_lag", harness.group), []) for url in urls]
        return all(sorted(value for _, value in one) == [*expected] for one in found)

    eventually(lambda: lags(80, 90), "the lag is served")
    harness.admin.delete_topics([harness.topic])
    eventually(lags, "its lag is served no more")
    harness.create()
    harness.send(5)
    eventually(lambda: lags(5, 5), "the lag in the new topic is served")
