"""`eventq consume --on-malformed dead-letter` on a real broker: in a topic and in a database."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.consume_harness import ConsumeHarness, either_client, purchase
from tests.json_docs import documented, shape

GOOD = [purchase(n) for n in range(4)]
VALUES = [GOOD[0], b"not json", GOOD[1], b"\xff\x00", GOOD[2], b'{"price":"1"}', GOOD[3]]
BAD = [value for value in VALUES if value not in GOOD]


def dead_topic(harness: ConsumeHarness) -> str:
    name = f"{harness.topic}-dead"
    harness.admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
    return name


def lines(harness: ConsumeHarness, topic: str, *options: str) -> list[dict[str, Any]]:
    """The events of another topic, by `consume --events`."""
    reader = ConsumeHarness(harness.bootstrap, harness.client)
    reader.topic, reader.group = topic, f"{harness.group}-reader"
    run = reader.run("--from-beginning", "--until-end", "--events", "-q", "--format", "raw", *options)
    reader.close()
    assert run.code == 0, run.err
    return [json.loads(line) for line in run.out.splitlines()]


def said(event: dict[str, Any]) -> dict[str, str]:
    return {header["name"]: header["value"] for header in event["headers"]}


def rows(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        return [offset for (offset,) in database.execute(f"SELECT off FROM {table} ORDER BY id")]


def eventq(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "eventq", *arguments], input=given, capture_output=True, check=False
    )


def test_malformed_events_go_to_the_topic_whole_and_the_others_are_processed(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    dead = dead_topic(harness)
    run = harness.consume("--until-end", "--on-malformed", f"dead-letter:{dead}")
    assert run.code == 0, run.err
    assert run.committed == {0: 7}
    report = run.report
    assert (report["processed"], report["malformed"], report["dead_letters"]) == (7, 3, 3)
    assert report["on_malformed"] == f"dead-letter:{dead}"
    found = lines(harness, dead)
    assert [event["value_base64"] for event in found[:2]] == ["bm90IGpzb24=", "/wA="]
    assert found[2]["value"] == {"price": "1"}
    assert [said(event)["eventq-src"] for event in found] == [f"{harness.topic}/0/{n}" for n in (1, 3, 5)]
    assert {said(event)["eventq-group"] for event in found} == {harness.group}
    assert said(found[2])["eventq-error"] == "no productId"
    originals = lines(harness, harness.topic)
    assert [event["timestamp"] for event in found] == [originals[n]["timestamp"] for n in (1, 3, 5)]


@either_client
def test_the_report_has_the_shape_that_is_written_down(harness: ConsumeHarness) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    run = harness.consume("--until-end", "--on-malformed", f"dead-letter:{dead_topic(harness)}")
    expected, found = documented("eventq consume -o json"), run.report
    for document in (expected, found):
        for part in (document, *document["members"]):
            assert part.pop("resets") is not None
    assert shape(found) == shape(expected)


@either_client
def test_dead_letters_count_toward_the_quota_and_a_second_run_goes_on_behind_them(
    harness: ConsumeHarness,
) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    dead = dead_topic(harness)
    for total in (3, 5):
        run = harness.consume("-n", str(total - sum(harness.committed().values())), "--count", "1",
                              "--on-malformed", f"dead-letter:{dead}")  # fmt: skip
        assert run.committed == {0: total}
    assert [said(event)["eventq-src"].rsplit("/", 1)[1] for event in lines(harness, dead)] == ["1", "3"]


@either_client
def test_a_missing_topic_is_named_with_the_command_that_makes_it_and_nothing_is_consumed(
    harness: ConsumeHarness,
) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    dead = f"{harness.topic}-dead"
    run = harness.run("--from-beginning", "--until-end", "--on-malformed", f"dead-letter:{dead}")
    assert run.code == 4
    assert f"no such topic for dead letters: {dead}" in run.err
    assert f"eventq topic create {dead}" in run.err
    assert harness.committed() == {}
    assert dead not in harness.admin.list_topics()


@either_client
def test_a_topic_that_refuses_a_dead_letter_ends_the_run_before_it_is_committed(
    harness: ConsumeHarness,
) -> None:
    harness.create(1)
    harness.send([GOOD[0], b"x" * 5000, GOOD[1]], 0)
    dead = f"{harness.topic}-dead"
    configs = {"max.message.bytes": "2000"}
    harness.admin.create_topics({dead: {"num_partitions": 1, "replication_factor": 1, "configs": configs}})
    to = ("--on-malformed", f"dead-letter:{dead}", "--retries", "1", "--retry-backoff", "10ms")
    run = harness.run("--from-beginning", "--until-end", *to)
    assert run.code == 1
    reason = f"MESSAGE_TOO_LARGE for {harness.topic}/0 at offset 1"
    assert f"the dead-letter topic {dead} can't be written: {reason}" in run.err
    assert harness.committed() == {0: 0}
    assert lines(harness, dead) == []


@either_client
def test_dead_letters_are_sent_beside_what_other_sinks_take(harness: ConsumeHarness, tmp_path: Path) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    dead = dead_topic(harness)
    started = []
    for n, to in enumerate(
        ("--events", f"--sink=jsonl:{tmp_path / 'lines'}", f"--sink=sqlite:{tmp_path}/e.db")
    ):
        harness.group += f"-{n}"
        rule = ("--on-malformed", f"dead-letter:{dead}")
        started.append(harness.start("--from-beginning", "--until-end", "--count", "1", to, *rule))
    runs = [harness.finish(process) for process in started]
    assert [run.code for run in runs] == [0, 0, 0], [run.err for run in runs]
    assert [json.loads(line)["offset"] for line in runs[0].out.splitlines()] == [0, 2, 4, 6]
    written = (tmp_path / "lines.1").read_text().splitlines()
    assert [json.loads(line)["offset"] for line in written] == [0, 2, 4, 6]
    assert rows(tmp_path / "e.db", "eventq_effect") == [0, 2, 4, 6]
    assert rows(tmp_path / "e.db", "eventq_dead_letter") == []
    assert len(lines(harness, dead)) == 9


@pytest.mark.parametrize(
    ("rule", "effects", "letters", "committed"),
    [
        ("skip", [0, 2, 4, 6], [], 7),
        ("fail", [0], [], 1),
        ("dead-letter", [0, 2, 4, 6], [1, 3, 5], 7),
    ],
    ids=["skip", "fail", "dead-letter"],
)
@either_client
def test_a_malformed_event_in_a_transaction_is_what_it_was_asked_to_be_under_each_guarantee(
    harness: ConsumeHarness,
    tmp_path: Path,
    rule: str,
    effects: Sequence[int],
    letters: Sequence[int],
    committed: int,
) -> None:
    harness.create(1)
    harness.send(VALUES, 0)
    started = {}
    for delivery in ("at-most-once", "at-least-once", "exactly-once"):
        harness.group += f"-{delivery}"
        started[harness.group, tmp_path / delivery] = harness.start(
            "--from-beginning", "--until-end", "--count", "1", "--delivery", delivery,
            "--sink", f"sqlite:{tmp_path / delivery}", "--on-malformed", rule, "--retries", "0",
        )  # fmt: skip
    for (harness.group, path), process in started.items():
        run = harness.finish(process)
        assert run.code == (1 if rule == "fail" else 0), run.err
        assert rows(path, "eventq_effect") == effects
        assert rows(path, "eventq_dead_letter") == letters
        assert harness.committed() == {0: committed}


@either_client
def test_dead_letters_that_are_mended_and_produced_again_are_processed(harness: ConsumeHarness) -> None:
    """Redriven by --events and --format events, through a program that mends them."""
    harness.create(1)
    spoilt = [value.replace(b":7.5,", b':"7.5",') for value in (purchase(7), purchase(8))]
    harness.send(spoilt, 0)
    dead = dead_topic(harness)
    rule = ("--on-malformed", f"dead-letter:{dead}")
    assert harness.consume("--until-end", *rule).report["dead_letters"] == 1
    client = ("-b", harness.bootstrap, "--client", harness.client)
    reading = ("--from-beginning", "--until-end", "--events", "--format", "raw", "-q")
    read = eventq("consume", *client, "-t", dead, "-g", dead, *reading)
    assert read.returncode == 0, read.stderr
    mended = read.stdout.replace(b':"7.5",', b":7.5,")
    again = ("-t", harness.topic, "--input", "-", "--format", "events", "--keep-timestamp", "-q")
    assert eventq("produce", *client, *again, given=mended).returncode == 0
    run = harness.consume("--until-end", *rule)
    assert (run.code, run.report["processed"], run.report["dead_letters"]) == (0, 1, 0)
    redriven = lines(harness, harness.topic)[2]
    assert redriven["value"]["price"] == 7.5
    assert said(redriven)["eventq-src"] == f"{harness.topic}/0/0"
