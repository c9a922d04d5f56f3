"""A queue that is bounded while its consumers come, go and stand still, on a real broker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consume_harness import ConsumeHarness, eventually, members_of
from tests.produce_harness import ProduceHarness, Run

KEYED = ("--key", "product")


class Queue:
    """A topic of three partitions, its producer and its group."""

    def __init__(self, bootstrap: str) -> None:
        self.produce = ProduceHarness(bootstrap)
        self.consume = ConsumeHarness(bootstrap, "kafka-python")
        self.consume.topic = self.produce.topic
        self.produce.create(3)

    def group(self, *options: str) -> None:
        """Members that consume in the background."""
        more = ("--from-beginning", "--commit-interval", "200ms", *options)
        self.process = self.consume.start(*more)
        eventually(lambda: self.consume.members() > 0, "a member of the group")

    def bounded(self, *options: str) -> Run:
        return self.produce.finish(self.start(*options))

    def start(self, *options: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as Popen
        return self.produce.start("--bound-group", self.consume.group, "-o", "json", *options)


@pytest.fixture
def queue(bootstrap: str) -> Iterator[Queue]:
    queue = Queue(bootstrap)
    yield queue
    queue.consume.close()
    queue.produce.close()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("policy", ["block", "slow"])
def test_every_event_goes_out_and_the_lag_stays_within_its_bound(
    queue: Queue, policy: str, workers: int
) -> None:
    queue.group("--work", "1ms")
    run = queue.bounded(
        "-n", "2500", "--max-lag", "400", "--on-full", policy, "--workers", str(workers), *KEYED
    )
    assert run.code == 0, run.err
    report = run.report
    assert (report["offered"], report["acked"], report["dropped"]) == (2500, 2500, 0)
    assert 0 < report["bound"]["max_lag_seen"] <= 400
    assert (report["bound"]["foreign"], report["bound"]["bound_broken_by"]) == (0, None)
    assert report["bound"]["commit_period_seconds"] > 0


def test_the_bound_holds_while_members_are_stopped_killed_and_started_again(queue: Queue) -> None:
    queue.group("--work", "1ms", "--count", "2")
    process = queue.start("-n", "3000", "--max-lag", "300", *KEYED)
    first, second = eventually(
        lambda: len(members_of(queue.process)) == 2 and members_of(queue.process), "two"
    )
    eventually(queue.consume.busy, "something is consumed")
    os.kill(first, signal.SIGSTOP)
    committed = sum(queue.consume.committed().values())
    os.kill(second, signal.SIGKILL)
    os.kill(first, signal.SIGCONT)
    eventually(lambda: sum(queue.consume.committed().values()) > committed, "the group goes on")
    run = queue.produce.finish(process)
    assert run.code == 0, run.err
    assert run.report["acked"] == 3000
    assert run.report["bound"]["max_lag_seen"] <= 300
    assert run.report["bound"]["bound_broken_by"] is None


def test_drop_leaves_out_what_has_no_room_and_its_ledger_says_so(queue: Queue, tmp_path: Path) -> None:
    queue.group("--work", "5ms")
    ledger = str(tmp_path / "ledger")
    run = queue.bounded(
        "--rate", "600", "-n", "1200", "--max-lag", "100", "--on-full", "drop", "--ledger", ledger, *KEYED
    )
    assert run.code == 0, run.err
    report = run.report
    assert report["offered"] == report["acked"] + report["dropped"] == 1200
    assert report["dropped"] > 0
    assert report["bound"]["max_lag_seen"] <= 100
    audit = queue.consume.python(
        "eventq",
        *("audit", "-b", queue.consume.bootstrap, "--ledger", ledger, "--topic", queue.consume.topic),
        *("-o", "json"),
        stdout=-1,
        stderr=-1,
    )
    found = queue.consume.finish(audit)
    assert found.code == 0, found.err
    assert found.report["acked"] == report["acked"]
    assert (found.report["failed"], found.report["dropped"]) == (0, report["dropped"])


def test_a_hot_partition_drops_alone(queue: Queue) -> None:
    """Nobody commits its partition; the others get everything."""
    queue.group("--count", "1")
    os.kill(members_of(queue.process)[0], signal.SIGSTOP)
    run = queue.bounded(
        *("--rate", "300", "-n", "600", "--key", "zipf:20:3", "--on-full", "drop"),
        *("--max-lag", "100000", "--max-lag-per-partition", "150"),
    )
    os.kill(members_of(queue.process)[0], signal.SIGCONT)
    assert run.code == 0, run.err
    report = run.report
    acked = {part["partition"]: part["acked"] for part in report["partitions"]}
    assert max(acked.values()) == 150
    assert report["dropped"] == 600 - sum(acked.values())
    assert min(acked.values()) < 150, "what is not hot is not dropped"
    assert report["bound"]["max_partition_lag_seen"] <= 150


def test_fail_is_exit_3_and_says_how_long_the_queue_is(queue: Queue) -> None:
    queue.group("--work", "1h")
    run = queue.bounded("--rate", "500", "-n", "5000", "--max-lag", "50", "--on-full", "fail", *KEYED)
    assert run.code == 3
    assert "is full: its lag is 50, with --max-lag 50" in run.err
    assert run.report["acked"] == 50


def test_without_members_nothing_is_sent_and_the_timeout_is_exit_124(queue: Queue) -> None:
    run = queue.bounded("-n", "10", "--max-lag", "50", "--bound-timeout", "1s")
    assert run.code == 124
    assert f"group {queue.consume.group} has no members" in run.err
    assert run.report["offered"] == 0


def test_other_producers_and_a_reset_are_named_as_what_broke_the_bound(queue: Queue) -> None:
    queue.group("--count", "1")
    process = queue.start(
        "--rate", "20", "--duration", "4s", "--max-lag", "40", "--bound-timeout", "3s", *KEYED
    )
    eventually(queue.consume.busy, "something is consumed")
    os.kill(members_of(queue.process)[0], signal.SIGSTOP)
    queue.consume.fill(600)
    run = queue.produce.finish(process)
    os.kill(members_of(queue.process)[0], signal.SIGCONT)
    assert run.code == 124, run.err
    found = run.report["bound"]
    assert found["bound_broken_by"] == "foreign"
    assert 500 <= found["foreign"] <= 600, "at least so many"
    assert found["max_lag_seen"] >= 600, "its consumers stood still"


def test_the_smallest_bound_lets_one_event_through_at_a_time(queue: Queue) -> None:
    queue.group("--commit-interval", "50ms")
    run = queue.bounded("-n", "5", "--max-lag", "1")
    assert run.code == 0, run.err
    assert run.report["acked"] == 5
    assert run.report["bound"]["max_lag_seen"] <= 1
