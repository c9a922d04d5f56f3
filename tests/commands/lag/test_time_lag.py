"""The age of the oldest unread record, against timestamps that the test wrote."""

import json
import time
from collections.abc import Iterator

import pytest
from kafka import KafkaProducer, TopicPartition

from tests.lag_harness import LagHarness


@pytest.fixture
def harness(bootstrap: str) -> Iterator[LagHarness]:
    with LagHarness(bootstrap, records=0) as harness:
        yield harness


def send(harness: LagHarness, partition: int, *ages: float) -> float:
    """Records dated so many seconds ago; returns the moment that they count from."""
    producer, now = KafkaProducer(bootstrap_servers=harness.bootstrap), time.time()
    for age in ages:
        producer.send(harness.topic, b"x", partition=partition, timestamp_ms=int((now - age) * 1000))
    producer.flush()
    producer.close()
    return now


def test_each_partition_has_the_age_of_the_record_at_its_commit_and_the_group_the_oldest(
    harness: LagHarness,
) -> None:
    since = send(harness, 0, 7200, 3600, 1800)
    send(harness, 1, 900, 60)
    harness.commit(1, 2)
    found = harness.run("--time-lag", "-o", "json").document["groups"][0]
    first, second = found["partitions"]
    assert 3600 <= first["time_lag_seconds"] <= 3600 + time.time() - since + 0.001
    assert (first["time_lag_source"], first["time_lag_note"]) == ("fetched", None)
    assert (second["time_lag_seconds"], second["time_lag_source"]) == (0.0, None)
    assert (found["time_lag_seconds"], found["time_lag_source"]) == (first["time_lag_seconds"], "fetched")
    assert found["verdict"] == "STOP"


def test_without_a_commit_it_is_the_first_record_that_can_still_be_read(harness: LagHarness) -> None:
    since = send(harness, 0, 7200, 3600, 1800)
    send(harness, 1, 900, 60)
    harness.commit(1)
    harness.admin.delete_records({TopicPartition(harness.topic, 0): 2, TopicPartition(harness.topic, 1): 1})
    lost, unread = harness.run("--time-lag", "-o", "json").document["groups"][0]["partitions"]
    assert (lost["status"], unread["status"]) == ("loss", "no-commit")
    assert 1800 <= lost["time_lag_seconds"] <= 1800 + time.time() - since + 0.001
    assert 60 <= unread["time_lag_seconds"] <= 60 + time.time() - since + 0.001


def test_a_record_of_the_future_is_0_old_with_a_note_and_nothing_asked_is_null(harness: LagHarness) -> None:
    send(harness, 0, -600)
    harness.commit(0, 0)
    first = harness.run("--time-lag", "-o", "json").document["groups"][0]["partitions"][0]
    assert first["time_lag_seconds"] == 0.0
    assert "ahead of this machine's clock" in first["time_lag_note"]
    plain = harness.run("-q", "-o", "json").document["groups"][0]
    assert (plain["time_lag_seconds"], plain["partitions"][0]["time_lag_seconds"]) == (None, None)


def test_text_and_csv_show_it(harness: LagHarness) -> None:
    send(harness, 0, 7200)
    harness.commit(0, 0)
    assert " 2 h " in harness.run("--time-lag").out
    header, row = harness.run("--time-lag", "-o", "csv").out.splitlines()[:2]
    assert float(dict(zip(header.split(","), row.split(","), strict=True))["time_lag_seconds"]) >= 7200


def test_watch_interpolates_what_it_saw_arrive_and_fetches_what_was_there_before(harness: LagHarness) -> None:
    send(harness, 0, 3600)
    harness.commit(0, 0)
    run = harness.start("watch", "-g", harness.group, "-o", "json", "--interval", "200ms", "--window", "2s")
    assert run.stdout is not None
    first = json.loads(run.stdout.readline())["groups"][0]["partitions"]
    assert (first[0]["time_lag_source"], first[0]["time_lag_seconds"] >= 3600) == ("fetched", True)
    since = send(harness, 1, 5000)  # the date is the producer's, the arrival what watch sees
    for line in run.stdout:
        group = json.loads(line)["groups"][0]
        if group["partitions"][1]["lag"]:
            break
    second = group["partitions"][1]
    assert second["time_lag_source"] == "interpolated"
    assert 0 <= second["time_lag_seconds"] <= time.time() - since + 1
    assert group["time_lag_source"] == "fetched"


def test_a_window_without_room_for_three_samples_is_a_usage_error(harness: LagHarness) -> None:
    done = harness.run("watch", "--window", "1s", "--interval", "1s")
    assert done.code == 2
    assert "--window" in done.err


def test_a_remainder_of_transaction_markers_counts_as_consumed_once_it_was_looked_at(
    harness: LagHarness,
) -> None:
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap, transactional_id=harness.group)
    producer.init_transactions()
    for _ in range(2):
        producer.begin_transaction()
        producer.send(harness.topic, b"x", partition=0)
        producer.commit_transaction()
    producer.close()
    harness.commit(3, 0)  # 0 x, 1 marker, 2 x, 3 marker
    plain = harness.run("-q", "-o", "json").document["groups"][0]
    assert (plain["lag"], plain["verdict"]) == (1, "STOP")
    found = harness.run("--time-lag", "-o", "json").document["groups"][0]
    first = found["partitions"][0]
    assert (first["lag"], first["time_lag_seconds"], first["time_lag_source"]) == (0, 0.0, "fetched")
    assert first["time_lag_note"] == "no readable record is left"
    assert (found["lag"], found["time_lag_seconds"], found["verdict"]) == (0, 0.0, "OK")
    (warning,) = found["warnings"]
    assert warning.endswith(":0: no readable record from 3 on; it counts as consumed")
    assert harness.run("--time-lag").out.count("no readable record") == 1
    limits = ("check", "--max-lag", "0")
    assert (harness.run(*limits).code, harness.run(*limits, "--max-time-lag", "30s").code) == (3, 0)
