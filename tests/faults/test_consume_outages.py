"""What happens around a running group: the broker, the topic, other members; over both clients."""

import os
import signal
from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer

from tests.consume_world import CLIENTS, World, either_client, eventually, members_of, purchase
from tests.private_kafka import PrivateKafka


@pytest.fixture(params=CLIENTS)
def shaken(restartable: PrivateKafka, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose broker the test may kill; the admin that looks on is made anew after that."""
    world = World(restartable.bootstrap, request.param)
    yield world
    world.close()


def test_a_broker_that_is_killed_and_comes_back_costs_no_event(
    shaken: World, restartable: PrivateKafka
) -> None:
    shaken.create()
    shaken.fill(3000)
    process = shaken.start("--from-beginning", "--until-end", "--work", "2ms", "-o", "json")
    eventually(shaken.busy, "a first commit")
    shaken.admin.close()
    restartable.kill()
    restartable.up()
    run = shaken.finish(process)
    assert run.code == 0, run.err
    assert run.committed == {0: 1000, 1: 1000, 2: 1000}
    assert run.report["processed"] >= 3000


def test_a_stop_while_the_broker_is_away_still_ends_with_a_report(
    shaken: World, restartable: PrivateKafka
) -> None:
    shaken.create()
    shaken.fill(3000)
    process = shaken.start("--from-beginning", "--work", "2ms", "-o", "json")
    eventually(shaken.busy, "a first commit")
    shaken.admin.close()
    restartable.kill()
    process.send_signal(signal.SIGINT)
    run = shaken.finish(process)
    assert run.code == 130, run.err
    assert run.report["processed"] > 0


@either_client
def test_a_member_that_hangs_is_replaced_by_the_others_and_killed_at_the_end(world: World) -> None:
    world.create()
    world.fill(1500)
    process = world.start(
        "--from-beginning", "--until-end", "--work", "2ms", "--session-timeout", "6s", "-o", "json"
    )
    eventually(world.busy, "a first commit")
    hanging = members_of(process)[0]
    os.kill(hanging, signal.SIGSTOP)
    run = world.finish(process)
    assert run.code == 0, run.err
    assert run.committed == {0: 500, 1: 500, 2: 500}
    assert "are killed" in run.err


def test_a_member_that_hung_and_woke_up_goes_on_in_the_group(world: World) -> None:
    world.create()
    world.fill(1500)
    process = world.start(
        "--from-beginning",
        "--work",
        "2ms",
        "--session-timeout",
        "6s",
        "-o",
        "json",
        "--commit-interval",
        "200ms",
    )
    eventually(world.busy, "a first commit")
    hanging = members_of(process)[0]
    os.kill(hanging, signal.SIGSTOP)
    eventually(lambda: world.committed() == {0: 500, 1: 500, 2: 500}, "the others do its work")
    os.kill(hanging, signal.SIGCONT)
    world.fill(30)
    eventually(lambda: sum(world.committed().values()) == 1530, "the rest is consumed")
    process.send_signal(signal.SIGTERM)
    run = world.finish(process)
    assert run.code == 143, run.err
    assert [member["exit"] for member in run.report["members"]] == [0, 0, 0]


def test_a_topic_that_is_deleted_under_way_is_exit_4(world: World) -> None:
    world.create()
    process = world.start("--from-beginning")
    eventually(lambda: world.members() == 3, "members have joined")
    world.admin.delete_topics([world.topic])
    run = world.finish(process)
    assert run.code == 4
    assert f"topic {world.topic} was deleted" in run.err


def test_a_topic_that_is_made_anew_under_way_is_recognised(world: World) -> None:
    world.create()
    world.fill(300)
    process = world.start("--from-beginning")
    eventually(lambda: sum(world.committed().values()) == 300, "all is consumed")
    world.admin.delete_topics([world.topic])
    eventually(lambda: world.topic not in world.admin.list_topics(), "the topic is gone")
    world.create()
    run = world.finish(process)
    assert run.code == 1
    assert "deleted and created again" in run.err


def test_partitions_that_a_topic_gains_are_consumed(world: World) -> None:
    world.create(1)
    process = world.start("--from-beginning", "-n", "2", "-o", "json", "--count", "2")
    eventually(lambda: world.members() == 2, "members have joined")
    world.admin.create_partitions({world.topic: 2})
    world.send([purchase()], 0)
    eventually(lambda: _sent(world), "the new partition takes events")
    run = world.finish(process)
    assert run.code == 0, run.err
    assert run.committed == {0: 1, 1: 1}


def _sent(world: World) -> bool:
    world.send([purchase()], 1)
    return True


@either_client
def test_until_end_ends_when_a_member_of_another_program_has_done_the_rest(world: World) -> None:
    world.create(2)
    other = KafkaConsumer(
        world.topic,
        bootstrap_servers=world.bootstrap,
        group_id=world.group,
        auto_offset_reset="earliest",
        heartbeat_interval_ms=300,
        auto_commit_interval_ms=100,
    )
    try:
        other.poll(timeout_ms=5000)
        world.send([purchase(n) for n in range(20)], 0)
        world.send([purchase(n) for n in range(20)], 1)
        process = world.start("--from-beginning", "--until-end", "--count", "1", "-o", "json")
        while process.poll() is None:
            other.poll(timeout_ms=100)
        run = world.finish(process)
    finally:
        other.close()
    assert run.code == 0, run.err
    assert run.committed == {0: 20, 1: 20}
    assert run.report["processed"] < 40


@either_client
def test_a_second_signal_ends_at_once(world: World) -> None:
    world.create(1)
    world.send([purchase()], 0)
    process = world.start("--from-beginning", "--work", "1h", "--count", "1")
    eventually(lambda: world.members() == 1, "the member has joined")
    member = members_of(process)[0]
    os.kill(member, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    run = world.finish(process)
    assert run.code == 143
    assert not run.out


@either_client
def test_a_broker_that_is_not_there_is_exit_1_and_named(world: World) -> None:
    world.bootstrap = "127.0.0.1:1"
    run = world.run("--connect-timeout", "1s")
    assert run.code == 1
    assert "no broker answered at 127.0.0.1:1 within 1 s" in run.err
