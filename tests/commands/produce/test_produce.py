import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.consume_harness import eventually
from tests.produce_harness import ProduceHarness


def settled(report: Any) -> int:
    return int((report["acked"] or 0) + report["failed"] + report["unknown"] + report["dropped"])


def test_a_paced_run_sends_exactly_its_events_each_dated_when_it_was_due(
    harness: ProduceHarness, client: str
) -> None:
    run = harness.produce("--client", client, "--rate", "100", "--duration", "1s", "--partitions", "3", "-v")
    report = run.report
    assert run.code == 0
    assert f"created topic {harness.topic}: 3 partitions, 1 replica" in run.err
    assert f"client {client}" in run.err
    assert (report["client"], report["offered"], report["acked"]) == (client, 100, 100)
    assert (report["failed"], report["unknown"], report["dropped"], report["errors"]) == (0, 0, 0, {})
    assert report["target_rate"] == 100.0
    records = harness.records()
    sent = sorted(json.loads(record.value)["purchasedAt"] for record in records)
    assert [b - a for a, b in pairwise(sent)] == [10] * 99
    for record in records:
        assert record.timestamp == json.loads(record.value)["purchasedAt"]
        assert (record.key, record.headers) == (None, [])
    assert report["bytes"] == sum(len(record.value) for record in records)
    assert {
        p["partition"]: (p["acked"], p["first_offset"], p["last_offset"]) for p in report["partitions"]
    } == {
        p: (len(mine), mine[0].offset, mine[-1].offset)
        for p in range(3)
        if (mine := [record for record in records if record.partition == p])
    }


def test_an_unpaced_run_of_a_seed_is_the_same_over_clients_and_workers(harness: ProduceHarness) -> None:
    harness.create(1)
    made = []
    for options in (("--client", "kafka-python"), ("--client", "librdkafka"), ("--workers", "2")):
        before = len(harness.records())
        run = harness.produce("-n", "1500", "--seed", "7", "--key", "customer:5", *options)
        assert (run.code, run.report["acked"], run.report["target_rate"]) == (0, 1500, None)
        assert run.report["slip_ms"] == {"p50": None, "p99": None, "max": None, "histogram": ""}
        records = harness.records()[before:]
        made.append([(record.key, record.value.split(b',"purchasedAt"')[0]) for record in records])
    assert made[0] == made[1]
    for key in {key for key, _ in made[0]}:
        assert [e for e in made[0] if e[0] == key] == [e for e in made[2] if e[0] == key]


def test_workers_that_need_no_pace_still_begin_with_their_common_clock(harness: ProduceHarness) -> None:
    report = harness.produce("-n", "50", "--workers", "2").report
    assert report["acked"] == 50
    assert report["achieved_rate"] is not None
    assert report["seconds"] > 0


def test_workers_keep_one_schedule_and_make_one_report(harness: ProduceHarness, client: str) -> None:
    run = harness.produce("--client", client, "--workers", "3", "-r", "100", "-n", "50", "--partitions", "2")
    assert (run.code, run.report["offered"], run.report["acked"]) == (0, 50, 50)
    assert sum(row["acked"] for row in run.report["partitions"]) == 50
    sent = sorted(record.timestamp for record in harness.records())
    assert [b - a for a, b in pairwise(sent)] == [10] * 49


@pytest.mark.parametrize("acks", ["1", "0"])
def test_acks_below_all_are_not_idempotent_and_say_so(
    harness: ProduceHarness, client: str, acks: str
) -> None:
    run = harness.produce("--client", client, "--acks", acks, "-n", "50")
    assert run.code == 0
    assert f"acks {acks}, not idempotent" in run.err
    report = run.report
    if acks == "1":
        assert report["acked"] == 50
        assert "sent" not in report
    else:
        assert (report["acked"], report["sent"], report["ack_ms"], report["partitions"]) == (
            None,
            50,
            None,
            [],
        )
        assert report["achieved_rate"] > 0
    eventually(lambda: len(harness.records()) == 50, "every event in the log")


def test_lines_are_sent_as_they_are_and_empty_ones_counted(harness: ProduceHarness, client: str) -> None:
    data = b'{"a": 1}\n\n\n\xff\x00raw\r\nlast without an end'
    run = harness.produce("--client", client, "--input", "-", "--partition", "1", data=data)
    assert (run.code, run.report["acked"], run.report["empty_lines"]) == (0, 3, 2)
    records = harness.records()
    assert [record.value for record in records] == [b'{"a": 1}', b"\xff\x00raw\r", b"last without an end"]
    assert {(record.partition, record.key) for record in records} == {(1, None)}


def test_lines_of_a_file_are_paced_and_limited(harness: ProduceHarness, tmp_path: Any) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"".join(b"%d\n" % n for n in range(5000)))
    run = harness.produce("--input", str(path), "--rate", "100", "-n", "20", "--partition", "0")
    assert (run.code, run.report["acked"]) == (0, 20)
    records = harness.records()
    assert [record.value for record in records] == [b"%d" % n for n in range(20)]
    assert [b.timestamp - a.timestamp for a, b in pairwise(records)] == [10] * 19


def test_lines_of_a_slow_pipe_go_out_as_they_come(harness: ProduceHarness) -> None:
    harness.create(1)

    def arrived(count: int) -> bool:
        return len(harness.records()) == count

    process = harness.start("--input", "-", "-q", stdin=-1)
    assert process.stdin is not None
    for n in range(3):
        process.stdin.write(b"line %d\n" % n)
        process.stdin.flush()
        eventually(partial(arrived, n + 1), f"line {n}")
    run = harness.finish(process, b"")
    assert run.code == 0


def test_a_line_that_is_too_large_is_a_failed_send(harness: ProduceHarness, client: str) -> None:
    data = b"small\n" + b"x" * 2_000_000 + b"\nsmall\n"
    run = harness.produce("--client", client, "--input", "-", data=data)
    report = run.report
    assert (run.code, report["acked"], report["failed"]) == (1, 2, 1)
    assert report["errors"] == {"MESSAGE_TOO_LARGE": 1}
    assert settled(report) == report["offered"] == 3
    assert "1 event failed" in run.err


def test_a_topic_grows_only_when_that_was_asked_for(harness: ProduceHarness) -> None:
    harness.create(2)
    assert harness.run("-n", "1").code == 0
    assert harness.partitions() == 2
    assert harness.run("-n", "1", "--partitions", "3", "--no-grow").code == 0
    assert harness.partitions() == 2
    run = harness.run("-n", "1", "--partitions", "3")
    assert "has grown from 2 to 3 partitions: keys now map to other partitions" in run.err
    assert harness.partitions() == 3
    assert harness.run("-n", "1", "--partitions", "1").code == 0
    assert harness.partitions() == 3
    run = harness.run("-n", "1", KAFKA_PARTITIONS="4")
    assert harness.partitions() == 4


def test_a_missing_topic_is_refused_with_no_create(harness: ProduceHarness) -> None:
    run = harness.run("--no-create", "-n", "1")
    assert run.code == 4
    assert harness.topic in run.err
    assert harness.topic not in harness.admin.list_topics()


def test_no_broker_is_exit_1_and_names_the_address_and_causes() -> None:
    nowhere = ProduceHarness("127.0.0.1:1")
    run = nowhere.run("-n", "1", "--connect-timeout", "1s")
    assert run.code == 1
    assert "127.0.0.1:1" in run.err
    assert "is Kafka running there" in run.err
    nowhere.close()


def test_a_slip_above_max_slip_is_exit_3(harness: ProduceHarness) -> None:
    harness.create(1)
    run = harness.produce("-r", "50", "-n", "10", "--max-slip", "1us")
    assert (run.code, run.report["acked"]) == (3, 10)
    assert "is above --max-slip" in run.err
    assert harness.run("-r", "50", "-n", "10", "--max-slip", "1m").code == 0


def test_the_report_for_people_says_what_the_document_says(harness: ProduceHarness, client: str) -> None:
    run = harness.run("--client", client, "-r", "100", "-n", "20")
    assert run.code == 0
    assert f"20 of 20 events acknowledged by {harness.topic}" in run.out
    assert "of 100/s asked for" in run.out
    assert "slip p50" in run.out
    assert "acknowledged after p50" in run.out
    assert f"client {client}" in run.out


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--rate", "fast"), "not a rate"),
        (("--workers", "9" * 30), "this machine can hold"),
        (("--rate", "0"), "a rate of 0"),
        (("--duration", "5"), "not a duration"),
        (("--duration", "0s"), "a --duration of 0"),
        (("--key", "name"), "not a kind of key"),
        (("--key", "customer:0"), "not a kind of key"),
        (("--key", "zipf:10"), "not a kind of key"),
        (("--key", "zipf:2000000:1"), "at most"),
        (("--partition", "1", "--partitions", "3"), "exclude each other"),
        (("--max-slip", "5ms"), "--max-slip without --rate"),
        (("--input", "-", "--seed", "1"), "--seed with --input"),
        (("--input", "-", "--key", "product", "--workers", "2"), "--key and --workers with --input"),
        (("--input", "/does/not/exist"), "can't be read"),
        (("--partition", "10", "--no-grow"), "has no partition 10"),
        (("-o", "csv"), "no such format"),
        (("--acks", "1", "-X", "enable.idempotence=true"), "enable.idempotence is decided by eventq"),
        (("-X", "linger.ms=soon"), "linger"),
        (("-t", "no/name"), "not a name for a topic"),
    ],
)
def test_a_call_that_cannot_mean_anything_is_exit_2(
    harness: ProduceHarness, options: tuple[str, ...], named: str
) -> None:
    run = harness.run("-n", "1", *options)
    assert run.code == 2
    assert named in run.err
    assert "Traceback" not in run.err


def test_an_input_that_cannot_be_read_is_a_usage_error_and_makes_no_topic(
    harness: ProduceHarness, tmp_path: Path
) -> None:
    for path in (tmp_path, tmp_path / "none"):
        run = harness.run("--input", str(path))
        assert (run.code, run.out) == (2, "")
        assert f"--input {path} can't be read" in run.err
    assert harness.topic not in harness.admin.list_topics()


def test_a_topic_that_a_run_made_takes_what_is_sent_without_acknowledgement(bootstrap: str) -> None:
    """A leader that is named, but does not know it yet, would drop all of it."""
    for harness in [ProduceHarness(bootstrap) for _ in range(5)]:
        assert harness.run("--client", "librdkafka", "--acks", "0", "-n", "50").code == 0
        eventually(partial(_holds, harness, 50), "every event in the log")
        harness.close()


def _holds(harness: ProduceHarness, count: int) -> bool:
    return len(harness.records()) == count
