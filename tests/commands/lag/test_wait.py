"""`eventq lag wait` against a real broker: each exit code, and what it says then."""

import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaProducer, TopicPartition

from tests.lag_world import LagWorld, finish
from tests.live_member import live_member


@pytest.fixture
def world(bootstrap: str) -> Iterator[LagWorld]:
    with LagWorld(bootstrap) as world:
        yield world


def told(process: "subprocess.Popen[str]", text: str) -> None:
    assert any(text in line for line in process.stderr or ())


def test_caught_up_is_exit_0_at_once_with_one_line_and_one_document(world: LagWorld) -> None:
    world.commit(100, 100)
    done = world.run("wait")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{world.group}: lag 0 in 0 of 2 partitions after")
    found = world.run("wait", "-o", "json").document
    assert (found["outcome"], found["lag"], found["reason"], found["held_up_by"]) == ("reached", 0, None, [])


def test_max_lag_is_met_by_the_total(world: LagWorld) -> None:
    world.commit(97, 98)
    assert world.run("wait", "--max-lag", "5").code == 0
    assert world.run("wait", "--max-lag", "4", "--timeout", "100ms").code == 124


def test_the_timeout_is_exit_124_and_names_the_partitions_that_hold_it_up(world: LagWorld) -> None:
    world.commit(100, 60)
    done = world.run("wait", "--timeout", "100ms")
    assert (done.code, done.out) == (124, "")
    assert f"{world.topic}:1  lag 40  ok  at 60 of 100  no live member" in done.err
    assert f"{world.topic}:0" not in done.err
    found = world.run("wait", "--timeout", "100ms", "-o", "json").document
    row = {"topic": world.topic, "partition": 1, "committed": 60, "target": 100, "lag": 40}
    rest = {"status": "ok", "reason": "at 60 of 100", "member": None}
    assert found["held_up_by"] == [{**row, **rest}]
    assert (found["outcome"], found["lag"]) == ("timed-out", 40)


def test_a_stall_is_exit_3(world: LagWorld) -> None:
    world.commit(100, 60)
    done = world.run("wait", "--stall", "300ms")
    assert done.code == 3
    assert "has not got on for 0.3 s: lag 40 in 1 of 2 partitions" in done.err


def test_a_commit_that_comes_later_ends_the_wait(world: LagWorld) -> None:
    world.commit(10, 10)
    waiting = world.start("wait", "-v", "-g", world.group, "--interval", "50ms", "--stall", "30s")
    told(waiting, "lag 180 in 2 of 2 partitions")
    world.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_partition_without_a_commit_counts_as_assumed(world: LagWorld) -> None:
    world.commit(100)
    done = world.run("wait", "--timeout", "100ms")
    assert (done.code, "no commit, target 100" in done.err) == (124, True)
    assert world.run("wait", "--assume", "latest").code == 0


def test_a_group_that_appears_late_is_waited_for(world: LagWorld) -> None:
    waiting = world.start("wait", "-v", "-g", world.group, "--interval", "50ms", "--stall", "200ms")
    told(waiting, "the group does not exist yet")
    world.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_group_that_must_exist_is_exit_4(world: LagWorld) -> None:
    done = world.run("wait", "--require-group")
    assert (done.code, f"no such group: {world.group}" in done.err) == (4, True)
    world.commit(100, 100)
    assert world.run("wait", "--require-group").code == 0


def test_a_topic_that_does_not_exist_yet_is_waited_for_and_never_taken_for_caught_up(world: LagWorld) -> None:
    world.commit(100, 100)
    name = f"late-{uuid.uuid4().hex[:10]}"
    done = world.run("wait", "-t", name, "--timeout", "100ms")
    assert (done.code, "no partition of the group is known yet" in done.err) == (124, True)


def test_pinned_ends_under_live_traffic(world: LagWorld) -> None:
    """The group reads what was there at the start while the end runs away from it."""
    world.commit(100, 60)
    options = ("-g", world.group, "-t", world.topic, "--pinned", "--interval", "20ms", "--stall", "30s")
    waiting = world.start("wait", *options)
    plain = world.start("wait", "-g", world.group, "--interval", "20ms", "--timeout", "3s")
    producer = KafkaProducer(bootstrap_servers=world.bootstrap, linger_ms=0)
    committed = 60
    while waiting.poll() is None:
        for _ in range(30):
            producer.send(world.topic, b"x", partition=1)
        producer.flush()
        world.commit(100, committed := committed + 20)
    producer.close()
    assert finish(waiting).code == 0
    assert finish(plain).code == 124


@pytest.mark.parametrize("what", ["loss", "ahead"])
def test_loss_and_ahead_are_exit_3_at_once_with_the_reason(world: LagWorld, what: str) -> None:
    world.commit(10, 150 if what == "ahead" else 100)
    if what == "loss":
        world.admin.delete_records({TopicPartition(world.topic, 0): 50})
    done = world.run("wait", "--max-lag", "1000")
    assert done.code == 3
    assert ("40 records were deleted unread" if what == "loss" else "lies beyond the end 100") in done.err
    assert world.run("wait", "-o", "json").document["outcome"] == "never"


def test_a_topic_created_again_is_exit_3(world: LagWorld) -> None:
    world.commit(10, 10)
    waiting = world.start("wait", "-v", "-g", world.group, "-t", world.topic, "--interval", "50ms")
    told(waiting, "lag 180 in 2 of 2 partitions")
    world.admin.delete_topics([world.topic])
    world.create()
    done = finish(waiting)
    assert (done.code, "deleted and created again" in done.err) == (3, True)


def test_a_remainder_of_transaction_markers_counts_as_consumed(world: LagWorld) -> None:
    """A consumer that commits the last record it read plus one never commits beyond the marker."""
    world.commit(100, 100)
    producer = KafkaProducer(bootstrap_servers=world.bootstrap, transactional_id=world.group)
    producer.init_transactions()
    for end in (producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        producer.send(world.topic, b"x", partition=1)
        producer.flush()
        end()
    producer.close()
    plain, stable = ("--timeout", "1s"), ("--isolation", "read-committed", "--timeout", "5s")
    world.commit(100, 101)
    assert world.run("wait", *plain).code == 124
    assert world.run("wait", *stable).code == 0
    world.commit(100, 103)
    assert world.run("wait", *plain).code == 0


def test_a_live_member_is_named_with_what_it_holds_up(world: LagWorld) -> None:
    with closing(live_member(world.bootstrap, world.topic, world.group)):
        done = world.run("wait", "--timeout", "100ms")
    assert "member kafka-python" in done.err


@pytest.mark.parametrize(("number", "code", "outcome"), [(2, 130, "interrupted"), (15, 143, "terminated")])
def test_a_signal_ends_it_with_its_report(world: LagWorld, number: int, code: int, outcome: str) -> None:
    world.commit(10, 10)
    waiting = world.start("wait", "-v", "-g", world.group, "-o", "json")
    told(waiting, "lag 180 in 2 of 2 partitions")
    waiting.send_signal(signal.Signals(number))
    done = finish(waiting)
    assert (done.code, done.document["outcome"], done.document["lag"]) == (code, outcome, 180)


@pytest.mark.parametrize(
    "wrong",
    [
        ("-g", "a", "-g", "b"),
        ("-g", "a", "--interval", "0s"),
        ("-g", "a", "-o", "csv"),
        ("-g", "a", "--max-lag", "-1"),
    ],
)
def test_what_can_mean_nothing_is_a_usage_error(world: LagWorld, wrong: tuple[str, ...]) -> None:
    assert finish(world.start("wait", "-g", "a", *wrong)).code == 2


def test_no_group_named_or_set_is_a_usage_error(world: LagWorld) -> None:
    done = finish(world.start("wait", KAFKA_GROUP_ID=""))
    assert (done.code, "no group was named" in done.err) == (2, True)
    world.commit(100, 100)
    assert finish(world.start("wait", KAFKA_GROUP_ID=world.group)).code == 0
