"""What the Kafka sink leaves in its topic when members are killed, stopped and fenced."""

import os
import signal
import subprocess
from collections import Counter

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.consume_harness import DEADLINE, ConsumeHarness, eventually, members_of

EVENTS, PARTITIONS = 3000, 3
EVERY_EVENT = {f"{n % PARTITIONS}/{n // PARTITIONS}" for n in range(EVENTS)}


def copied(harness: ConsumeHarness) -> Counter[str]:
    """PARTITION/OFFSET of the source of each copy that a committed reader sees."""
    target = f"{harness.topic}-copy"
    consumer = Consumer({
        "bootstrap.servers": harness.bootstrap, "group.id": "unused", "isolation.level": "read_committed",
        "enable.partition.eof": True, "enable.auto.commit": False,
    })  # fmt: skip
    found: Counter[str] = Counter()
    try:
        consumer.assign([TopicPartition(target, p, 0) for p in range(PARTITIONS)])
        ended: set[int] = set()
        while len(ended) < PARTITIONS:
            message = consumer.poll(DEADLINE)
            assert message is not None
            if message.error() is not None:
                ended.add(message.partition())
                continue
            topic, _, place = dict(message.headers())["eventq-src"].decode().partition("/")
            assert topic == harness.topic
            found[place] += 1
    finally:
        consumer.close()
    return found


def start(harness: ConsumeHarness, guarantee: str, *options: str) -> "subprocess.Popen[bytes]":
    harness.create(PARTITIONS)
    harness.admin.create_topics(
        {f"{harness.topic}-copy": {"num_partitions": PARTITIONS, "replication_factor": 1}}
    )
    harness.fill(EVENTS)
    return again(harness, guarantee, *options)


def again(harness: ConsumeHarness, guarantee: str, *options: str) -> "subprocess.Popen[bytes]":
    return harness.start(
        "--from-beginning", "--until-end", "--work", "1ms", "-o", "json", "--session-timeout", "6s",
        "--delivery", guarantee, "--sink", f"kafka:{harness.topic}-copy", *options,
    )  # fmt: skip


@pytest.mark.parametrize("point", ["before-commit", "after-commit", "mid-batch", "after-claim"])
def test_every_event_is_copied_exactly_once_wherever_a_member_dies(
    harness: ConsumeHarness, point: str
) -> None:
    fault = f"crash-point:{point},times=2"
    run = harness.finish(start(harness, "exactly-once", "--fault", fault, "--fault-seed", "3"))
    assert run.code == 0, run.err
    assert sum(member["restarts"] for member in run.report["members"]) >= 1
    assert run.report["aborted"] is not None
    assert copied(harness) == Counter(EVERY_EVENT)


@pytest.mark.parametrize("guarantee", ["at-most-once", "at-least-once"])
def test_the_other_guarantees_hold_for_copies_too(harness: ConsumeHarness, guarantee: str) -> None:
    run = harness.finish(start(harness, guarantee, "--fault", "crash-point:mid-batch", "--fault-seed", "3"))
    assert run.code == 0, run.err
    found = copied(harness)
    if guarantee == "at-most-once":
        assert set(found.values()) == {1}
    else:
        assert found.keys() == EVERY_EVENT


def test_a_member_that_wakes_after_its_partitions_moved_adds_nothing(harness: ConsumeHarness) -> None:
    process = start(harness, "exactly-once")
    eventually(harness.busy, "a first commit")
    sleeper = members_of(process)[0]
    os.kill(sleeper, signal.SIGSTOP)
    eventually(lambda: harness.members() == 2, "the group goes on without it")
    os.kill(sleeper, signal.SIGCONT)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert copied(harness) == Counter(EVERY_EVENT)


def test_a_new_run_goes_on_where_a_killed_parent_left(harness: ConsumeHarness) -> None:
    process = start(harness, "exactly-once")
    eventually(harness.busy, "a first commit")
    process.kill()
    run = harness.finish(again(harness, "exactly-once"))
    assert run.code == 0, run.err
    assert copied(harness) == Counter(EVERY_EVENT)


def test_of_two_runs_with_one_prefix_the_first_is_told_of_its_id(harness: ConsumeHarness) -> None:
    prefix = ("--transactional-id-prefix", f"fixed-{harness.topic}", "--count", "1")
    first = start(harness, "exactly-once", *prefix, "--work", "5ms")
    eventually(harness.busy, "a first commit")
    second = again(harness, "exactly-once", *prefix)
    told = harness.finish(first)
    assert told.code == 1
    assert f"fixed-{harness.topic}.1" in told.err
    run = harness.finish(second)
    assert run.code == 0, run.err
    assert copied(harness) == Counter(EVERY_EVENT)


def test_a_target_that_is_not_there_is_told_with_the_command_that_makes_it(harness: ConsumeHarness) -> None:
    harness.create(PARTITIONS)
    run = harness.run("--sink", "kafka:nowhere", "--until-end")
    assert run.code == 4
    assert "eventq topic create nowhere --partitions 3" in run.err
