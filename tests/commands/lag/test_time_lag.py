"""The age of the oldest unread record, against timestamps that the test wrote."""

import json
import time
from collections.abc import Iterator

import pytest
from kafka import KafkaProducer, TopicPartition

from tests.lag_world import LagWorld


@pytest.fixture
def world(bootstrap: str) -> Iterator[LagWorld]:
    with LagWorld(bootstrap, records=0) as world:
        yield world


def send(world: LagWorld, partition: int, *ages: float) -> float:
    """Records dated so many seconds ago; returns the moment that they count from."""
    producer, now = KafkaProducer(bootstrap_servers=world.bootstrap), time.time()
    for age in ages:
        producer.send(world.topic, b"x", partition=partition, timestamp_ms=int((now - age) * 1000))
    producer.flush()
    producer.close()
    return now


def test_each_partition_has_the_age_of_the_record_at_its_commit_and_the_group_the_oldest(
    world: LagWorld,
) -> None:
    since = send(world, 0, 7200, 3600, 1800)
    send(world, 1, 900, 60)
    world.commit(1, 2)
    found = world.run("--time-lag", "-o", "json").document["groups"][0]
    first, second = found["partitions"]
    assert 3600 <= first["time_lag_seconds"] <= 3600 + time.time() - since + 0.001
    assert (first["time_lag_source"], first["time_lag_note"]) == ("fetched", None)
    assert (second["time_lag_seconds"], second["time_lag_source"]) == (0.0, None)
    assert (found["time_lag_seconds"], found["time_lag_source"]) == (first["time_lag_seconds"], "fetched")
    assert found["verdict"] == "STOP"


def test_without_a_commit_it_is_the_first_record_that_can_still_be_read(world: LagWorld) -> None:
    since = send(world, 0, 7200, 3600, 1800)
    send(world, 1, 900, 60)
    world.commit(1)
    world.admin.delete_records({TopicPartition(world.topic, 0): 2, TopicPartition(world.topic, 1): 1})
    lost, unread = world.run("--time-lag", "-o", "json").document["groups"][0]["partitions"]
    assert (lost["status"], unread["status"]) == ("loss", "no-commit")
    assert 1800 <= lost["time_lag_seconds"] <= 1800 + time.time() - since + 0.001
    assert 60 <= unread["time_lag_seconds"] <= 60 + time.time() - since + 0.001


def test_a_record_of_the_future_is_0_old_with_a_note_and_nothing_asked_is_null(world: LagWorld) -> None:
    send(world, 0, -600)
    world.commit(0, 0)
    first = world.run("--time-lag", "-o", "json").document["groups"][0]["partitions"][0]
    assert first["time_lag_seconds"] == 0.0
    assert "ahead of this machine's clock" in first["time_lag_note"]
    plain = world.run("-q", "-o", "json").document["groups"][0]
    assert (plain["time_lag_seconds"], plain["partitions"][0]["time_lag_seconds"]) == (None, None)


def test_text_and_csv_show_it(world: LagWorld) -> None:
    send(world, 0, 7200)
    world.commit(0, 0)
    assert " 2 h " in world.run("--time-lag").out
    header, row = world.run("--time-lag", "-o", "csv").out.splitlines()[:2]
    assert float(dict(zip(header.split(","), row.split(","), strict=True))["time_lag_seconds"]) >= 7200


def test_watch_interpolates_what_it_saw_arrive_and_fetches_what_was_there_before(world: LagWorld) -> None:
    send(world, 0, 3600)
    world.commit(0, 0)
    run = world.start("watch", "-g", world.group, "-o", "json", "--interval", "200ms", "--window", "2s")
    assert run.stdout is not None
    first = json.loads(run.stdout.readline())["groups"][0]["partitions"]
    assert (first[0]["time_lag_source"], first[0]["time_lag_seconds"] >= 3600) == ("fetched", True)
    since = send(world, 1, 5000)  # the date is the producer's, the arrival what watch sees
    for line in run.stdout:
        group = json.loads(line)["groups"][0]
        if group["partitions"][1]["lag"]:
            break
    second = group["partitions"][1]
    assert second["time_lag_source"] == "interpolated"
    assert 0 <= second["time_lag_seconds"] <= time.time() - since + 1
    assert group["time_lag_source"] == "fetched"


def test_a_window_without_room_for_three_samples_is_a_usage_error(world: LagWorld) -> None:
    done = world.run("watch", "--window", "1s", "--interval", "1s")
    assert done.code == 2
    assert "--window" in done.err


def test_a_remainder_of_transaction_markers_counts_as_consumed_once_it_was_looked_at(world: LagWorld) -> None:
    producer = KafkaProducer(bootstrap_servers=world.bootstrap, transactional_id=world.group)
    producer.init_transactions()
    for _ in range(2):
        producer.begin_transaction()
        producer.send(world.topic, b"x", partition=0)
        producer.commit_transaction()
    producer.close()
    world.commit(3, 0)  # 0 x, 1 marker, 2 x, 3 marker
    plain = world.run("-q", "-o", "json").document["groups"][0]
    assert (plain["lag"], plain["verdict"]) == (1, "STOP")
    found = world.run("--time-lag", "-o", "json").document["groups"][0]
    first = found["partitions"][0]
    assert (first["lag"], first["time_lag_seconds"], first["time_lag_source"]) == (0, 0.0, "fetched")
    assert first["time_lag_note"] == "no readable record is left"
    assert (found["lag"], found["time_lag_seconds"], found["verdict"]) == (0, 0.0, "OK")
    (warning,) = found["warnings"]
    assert warning.endswith(":0: no readable record from 3 on; it counts as consumed")
    assert world.run("--time-lag").out.count("no readable record") == 1
    limits = ("check", "--max-lag", "0")
    assert (world.run(*limits).code, world.run(*limits, "--max-time-lag", "30s").code) == (3, 0)
