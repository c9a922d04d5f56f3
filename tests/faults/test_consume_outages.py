"""What happens around a running group: the broker, the topic, other members; over both clients."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.consume_harness import (
    ConsumeHarness,
    either_client,
    eventually,
    members_of,
    over_both_clients,
    purchase,
)
from tests.live_member import live_member
from tests.private_kafka import PrivateKafka


@pytest.fixture
def shaken(restartable: PrivateKafka) -> Iterator[list[ConsumeHarness]]:
    """One over each client, on a broker that the test may kill; their admins are closed by then."""
    yield from over_both_clients(restartable.bootstrap)


def _at_work(harnesses: list[ConsumeHarness], *options: str) -> "list[subprocess.Popen[bytes]]":
    """Runs that have committed something, and much is left of 3000 events."""
    for harness in harnesses:
        harness.create()
        harness.fill(3000)
    processes = [
        harness.start("--from-beginning", "--work", "4ms", "-o", "json", *options) for harness in harnesses
    ]
    for harness in harnesses:
        eventually(harness.busy, "a first commit")
    return processes


def test_a_broker_that_is_killed_and_comes_back_costs_no_event(
    shaken: list[ConsumeHarness], restartable: PrivateKafka
) -> None:
    processes = _at_work(shaken, "--until-end")
    for harness in shaken:
        harness.admin.close()
    restartable.kill()
    restartable.up()
    for harness, process in zip(shaken, processes, strict=True):
        run = harness.finish(process)
        assert run.code == 0, run.err
        assert run.committed == {0: 1000, 1: 1000, 2: 1000}
        assert run.report["processed"] >= 3000


def test_a_stop_while_the_broker_is_away_still_ends_with_a_report(
    shaken: list[ConsumeHarness], restartable: PrivateKafka
) -> None:
    processes = _at_work(shaken)
    for harness in shaken:
        harness.admin.close()
    restartable.kill()
    for process in processes:
        process.send_signal(signal.SIGINT)
    for harness, process in zip(shaken, processes, strict=True):
        run = harness.finish(process)
        assert run.code == 130, run.err
        assert run.report["processed"] > 0


@either_client
def test_a_member_that_hangs_is_replaced_by_the_others_and_killed_at_the_end(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(1500)
    process = harness.start(
        "--from-beginning", "--until-end", "--work", "2ms", "--session-timeout", "6s", "-o", "json"
    )
    eventually(harness.busy, "a first commit")
    hanging = members_of(process)[0]
    os.kill(hanging, signal.SIGSTOP)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert run.committed == {0: 500, 1: 500, 2: 500}
    assert "are killed" in run.err


def test_a_member_that_hung_and_woke_up_goes_on_in_the_group(harnesses: list[ConsumeHarness]) -> None:
    processes = _at_work(harnesses, "--session-timeout", "6s", "--commit-interval", "200ms")
    hanging = [members_of(process)[0] for process in processes]
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    for harness in harnesses:
        _consumed(harness, 3000)
    for pid in hanging:
        os.kill(pid, signal.SIGCONT)
    for harness, process in zip(harnesses, processes, strict=True):
        harness.fill(30)
        _consumed(harness, 3030)
        process.send_signal(signal.SIGTERM)
        run = harness.finish(process)
        assert run.code == 143, run.err
        assert [member["exit"] for member in run.report["members"]] == [0, 0, 0]


def _consumed(harness: ConsumeHarness, count: int) -> None:
    eventually(lambda: sum(harness.committed().values()) == count, f"{count} events are consumed")


def test_a_topic_that_is_deleted_under_way_is_exit_4(harness: ConsumeHarness) -> None:
    harness.create()
    process = harness.start("--from-beginning")
    eventually(lambda: harness.members() == 3, "members have joined")
    harness.admin.delete_topics([harness.topic])
    run = harness.finish(process)
    assert run.code == 4
    assert f"topic {harness.topic} was deleted" in run.err


def test_a_topic_that_is_made_anew_under_way_is_recognised(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(300)
    process = harness.start("--from-beginning")
    eventually(lambda: sum(harness.committed().values()) == 300, "all is consumed")
    harness.admin.delete_topics([harness.topic])
    eventually(lambda: harness.topic not in harness.admin.list_topics(), "the topic is gone")
    harness.create()
    run = harness.finish(process)
    assert run.code == 1
    assert "deleted and created again" in run.err


def test_partitions_that_a_topic_gains_are_consumed(harnesses: list[ConsumeHarness]) -> None:
    processes = [_one_partition(harness) for harness in harnesses]
    for harness in harnesses:
        _gain_a_partition(harness)
    for harness, process in zip(harnesses, processes, strict=True):
        run = harness.finish(process)
        assert run.code == 0, run.err
        assert run.committed == {0: 1, 1: 1}


def _one_partition(harness: ConsumeHarness) -> "subprocess.Popen[bytes]":
    harness.create(1)
    return harness.start("--from-beginning", "-n", "2", "-o", "json", "--count", "2")


def _gain_a_partition(harness: ConsumeHarness) -> None:
    eventually(lambda: harness.members() == 2, "members have joined")
    harness.admin.create_partitions({harness.topic: 2})
    harness.send([purchase()], 0)
    eventually(lambda: _sent(harness), "the new partition takes events")


def _sent(harness: ConsumeHarness) -> bool:
    harness.send([purchase()], 1)
    return True


@either_client
def test_until_end_ends_when_a_member_of_another_program_has_done_the_rest(harness: ConsumeHarness) -> None:
    harness.create(2)
    settings = {"enable_auto_commit": True, "auto_commit_interval_ms": 100, "auto_offset_reset": "earliest"}
    other = live_member(
        harness.bootstrap, harness.topic, harness.group, heartbeat_interval_ms=300, **settings
    )
    try:
        harness.send([purchase(n) for n in range(20)], 0)
        harness.send([purchase(n) for n in range(20)], 1)
        process = harness.start("--from-beginning", "--until-end", "--count", "1", "-o", "json")
        while process.poll() is None:
            other.poll(timeout_ms=100)
        run = harness.finish(process)
    finally:
        other.close()
    assert run.code == 0, run.err
    assert run.committed == {0: 20, 1: 20}
    assert run.report["processed"] < 40


@either_client
def test_a_second_signal_ends_at_once(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send([purchase()], 0)
    process = harness.start("--from-beginning", "--work", "1h", "--count", "1")
    eventually(lambda: harness.members() == 1, "the member has joined")
    member = members_of(process)[0]
    os.kill(member, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    run = harness.finish(process)
    assert run.code == 143
    assert not run.out


@either_client
def test_a_broker_that_is_not_there_is_exit_1_and_named(harness: ConsumeHarness) -> None:
    harness.bootstrap = "127.0.0.1:1"
    run = harness.run("--connect-timeout", "1s")
    assert run.code == 1
    assert "no broker answered at 127.0.0.1:1 within 1 s" in run.err
