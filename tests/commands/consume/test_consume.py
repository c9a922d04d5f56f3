import json
from pathlib import Path

import pytest
from kafka import KafkaProducer

from tests.consume_harness import ConsumeHarness, either_client, eventually, members_of, purchase


def test_exactly_n_are_committed_over_three_members_twice_in_a_row(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3000)
    first = harness.consume("-n", "1000")
    second = harness.consume("-n", "1000", "--events", "-q")
    assert first.report["processed"] == 1000
    assert sum(first.committed.values()) == 1000
    events = [json.loads(line) for line in second.out.splitlines()]
    at = {(event["partition"], event["offset"]) for event in events}
    assert len(events) == len(at) == 1000
    assert all(offset >= first.committed.get(partition, 0) for partition, offset in at)
    assert sum(harness.committed().values()) == 2000


def test_until_end_stops_at_the_ends_of_its_start(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(900)
    run = harness.consume("--until-end")
    assert run.code == 0, run.err
    assert run.committed == {0: 300, 1: 300, 2: 300}
    assert run.report["malformed"] == 0


def test_until_end_ends_at_once_when_all_is_committed_or_deleted(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(30)
    for partition in range(3):
        harness.delete_before(partition, 10)
    run = harness.run("--until-end", "-o", "json")
    assert (run.code, run.report["received"], run.committed) == (0, 0, {})


def test_a_start_at_the_end_is_committed_and_what_it_skips_is_said(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(30)
    run = harness.run("--until-end", "-o", "json")
    assert run.committed == {0: 10, 1: 10, 2: 10}
    assert run.report["skipped_at_start"] == 30
    assert "30 retained events skipped; --from-beginning" in run.err


def test_a_start_by_offset_or_time_holds_where_nothing_is_committed(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(30)
    run = harness.run("--from", "4", "--until-end", "-o", "json")
    assert run.report["processed"] == 18
    harness.group += "-2"
    late = harness.run("--from", "2100-01-01T00:00:00Z", "--until-end", "-o", "json")
    assert late.report["processed"] == 0


def test_a_commit_below_the_log_start_goes_on_there_and_reports_the_loss(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(300)
    harness.consume("-n", "30", "--count", "1")
    committed = harness.committed()
    harness.delete_before(0, 90)
    lost = 90 - committed[0]
    run = harness.run("--until-end", "-o", "json")
    assert run.report["resets"] == [{"partition": 0, "from": committed[0], "to": 90, "lost": lost}]
    assert run.committed == {0: 100, 1: 100, 2: 100}


BAD = [
    None,
    b"",
    b"not json",
    b"[1]",
    b'{"productId":"x","price":1,"purchasedAt":1}',
    b'{"productId":"%s","price":NaN,"purchasedAt":1}' % str("0" * 36).encode(),
]


@either_client
def test_malformed_values_are_counted_shown_and_skipped(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send([*BAD, purchase()], 0)
    run = harness.consume("--until-end")
    assert (run.code, run.report["processed"], run.report["malformed"]) == (0, 7, 6)
    assert f"malformed event in {harness.topic}/0 at offset 0: no value (a tombstone)" in run.err
    assert [row["offset"] for row in run.report["malformed_first"]] == [0, 1, 2, 3, 4]
    assert run.report["malformed_first"][1] == {
        "topic": harness.topic,
        "partition": 0,
        "offset": 1,
        "reason": "an empty value",
    }


@either_client
def test_a_malformed_value_can_fail_the_run_and_stays_uncommitted(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send([purchase(), purchase(), b"not json", purchase()], 0)
    run = harness.consume("--until-end", "--on-malformed", "fail")
    assert run.code == 1
    assert f"{harness.topic}/0 at offset 2" in run.err
    assert harness.committed() == {0: 2}


@pytest.mark.parametrize("compression", [None, "gzip", "snappy", "lz4", "zstd"])
def test_purchases_of_other_programs_are_read(harness: ConsumeHarness, compression: str | None) -> None:
    harness.create(1)
    id_ = "3D8F6B0B-F297-4385-B20A-2B084CFBD3B8"
    values = [
        b'{"price":12,"purchasedAt":1,"productId":"%s"}' % id_.encode(),
        b'{"productId":"%s","price":5.0E-5,"purchasedAt":1,"shop":{"id":7}}' % id_.encode(),
        b'{ "productId" : "%s", "price" : 1e3, "purchasedAt" : 1 }' % id_.encode(),
    ]
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap, compression_type=compression)
    for value in values:
        producer.send(harness.topic, value, key=b"\xff", headers=[("__TypeId__", b"x.Purchase")])
    producer.close()
    run = harness.consume("--until-end", "--events", "-q")
    events = [json.loads(line) for line in run.out.splitlines()]
    assert [event["value"]["price"] for event in events] == [12, 5.0e-5, 1000]
    assert events[0]["key_base64"] == "/w=="
    assert events[0]["headers"] == [{"name": "__TypeId__", "value": "x.Purchase"}]


def test_aborted_records_at_the_end_count_as_consumed(harness: ConsumeHarness) -> None:
    harness.create(1)
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap, transactional_id=harness.topic)
    producer.init_transactions()
    for finish in (producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        for n in range(5):
            producer.send(harness.topic, purchase(n), partition=0)
        producer.flush()
        finish()
    producer.close()
    run = harness.consume("--until-end", "--isolation", "read-committed")
    assert (run.report["processed"], run.committed) == (5, {0: 12})


@either_client
def test_more_members_than_partitions_are_allowed_and_named(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send([purchase()], 0)
    run = harness.consume("--until-end", "--members", "2")
    assert run.code == 0, run.err
    assert "2 members for 1 partition: 1 will be idle" in run.err


@either_client
def test_a_missing_topic_is_named_and_never_created(harness: ConsumeHarness) -> None:
    run = harness.run("--until-end")
    assert run.code == 4
    assert harness.topic in run.err
    assert harness.topic not in harness.admin.list_topics()


@either_client
def test_a_goal_that_is_not_reached_in_time_is_exit_124(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3)
    started = []
    for goal in ("-n 10 --timeout 5s", "-n 10 --idle-timeout 2s", "--idle-timeout 2s", "--duration 1s"):
        harness.group += "-again"
        started.append(harness.start("--from-beginning", "-o", "json", *goal.split()))
    runs = [harness.finish(process) for process in started]
    assert [run.code for run in runs] == [124, 124, 0, 0]
    assert runs[0].report["processed"] == 3


@either_client
@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--work", "5"), "work"),
        (("--count", "2000000000"), "--count 2000000000: this machine can hold"),
        (("--work", "uniform:9ms..1ms"), "wrong way round"),
        (("--from", "yesterday"), "neither an offset nor a time"),
        (("--from", "1", "--from-beginning"), "two different starts"),
        (("--until-end", "-n", "5"), "two goals"),
        (("--timeout", "5s"), "there is none"),
        (("--timeout", "5s", "--duration", "9s"), "there is none"),
        (("-o", "xml"), "no such format"),
        (("--heartbeat-interval", "10s"), "shorter than --session-timeout"),
        (("--heartbeat-interval", "0s"), "must be above 0"),
        (("--group", ""), "--group is empty"),
        (("--topic", ""), "--topic is empty"),
        (("--topic", "bad name"), "not a name for a topic"),
        (("--on-malformed", "fail", "--format", "raw"), "a raw value is never malformed"),
    ],
)
def test_a_call_that_cannot_mean_anything_is_exit_2(
    harness: ConsumeHarness, options: tuple[str, ...], named: str
) -> None:
    if "--count" in options:  # what a machine can hold depends on the partitions
        harness.create()
    run = harness.run(*options)
    assert run.code == 2
    assert named in run.err


def test_members_load_the_client_that_they_use_and_no_other(harness: ConsumeHarness) -> None:
    harness.create(1)
    process = harness.start("--count", "1")
    eventually(lambda: harness.members() == 1, "the member has joined")
    libraries = Path(f"/proc/{members_of(process)[0]}/maps").read_text(encoding="utf-8")
    process.terminate()
    assert harness.finish(process).code == 143
    assert ("librdkafka" in libraries, "crc32c" in libraries) == {
        "librdkafka": (True, False),
        "kafka-python": (False, True),
    }[harness.client]


def test_a_session_timeout_that_the_broker_refuses_is_named_with_its_limits(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3)
    short = harness.run("--until-end", "--session-timeout", "2s")
    assert short.code == 1
    assert "--session-timeout must be within the broker's limits" in short.err
    assert harness.run("--from-beginning", "--until-end", "--session-timeout", "6m").code == 0


@either_client
def test_a_report_without_members_says_that_none_was_started(harness: ConsumeHarness) -> None:
    harness.create()
    run = harness.run("--until-end", "--count", "1")
    assert (run.code, "member 1: not started" in run.out) == (0, True)


@either_client
def test_the_report_is_written_as_every_document_is_and_gives_stdout_to_the_events(
    harness: ConsumeHarness,
) -> None:
    harness.create(1)
    harness.send([purchase()], 0)
    run = harness.consume("--until-end", "--events", "-q")
    assert run.err == json.dumps(json.loads(run.err), indent=2) + "\n"
    assert [json.loads(line)["offset"] for line in run.out.splitlines()] == [0]
