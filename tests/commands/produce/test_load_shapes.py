"""Stages, arrivals and shards on a real Kafka, most with a start that has passed: quick, with exact times."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from eventq.core.produce.arrivals import PoissonArrivals
from eventq.core.produce.pacing import Paced
from eventq.core.produce.stages import parse_stages
from tests.consume_harness import eventually
from tests.in_process import eventq
from tests.produce_harness import ProduceHarness

STAGES = ("500ms:100..1000", "300ms:0", "200ms:1000", "1s:30/m..50")
OPTIONS = [word for stage in STAGES for word in ("--stage", stage)]
START = 1_790_000_000_000
PAST = ("--start-at", f"@{START}")


def times(paced: Paced) -> list[int]:
    return [START + paced.due(n) // 1_000_000 for n in range(paced.total or 0)]


def purchased(harness: ProduceHarness) -> list[int]:
    records = harness.records()
    found = sorted(json.loads(record.value)["purchasedAt"] for record in records)
    assert found == sorted(record.timestamp for record in records)
    return found


def counts(report: Any) -> list[int]:
    return [stage["offered"] for stage in report["stages"]]


def test_every_event_of_each_stage_is_sent_once_dated_when_it_was_due(
    harness: ProduceHarness, client: str
) -> None:
    run = harness.produce("--client", client, *OPTIONS, *PAST)
    assert (run.code, counts(run.report)) == (0, [275, 0, 200, 26])
    assert run.report["offered"] == run.report["acked"] == 501
    assert run.report["started_at"] == "2026-09-21T14:13:20.000Z"
    assert purchased(harness) == times(Paced(parse_stages(STAGES)))


def test_a_loop_repeats_its_stages_until_its_last_event(harness: ProduceHarness, client: str) -> None:
    run = harness.produce("--client", client, *OPTIONS, "--loop", "--max-messages", "1200", *PAST)
    assert (run.code, run.report["acked"]) == (0, 1200)
    assert [stage["passes"] for stage in run.report["stages"]] == [3, 0, 2, 2]
    assert purchased(harness) == times(Paced(parse_stages(STAGES), loop=True, max_messages=1200))


def test_a_load_is_paced_and_says_how_far_it_is(harness: ProduceHarness, client: str) -> None:
    run = harness.run("--client", client, "--stage", "1s:50", "--stage", "5s:0", "--stage", "200ms:100..0")
    assert run.code == 0
    assert "60 of 60 events acknowledged" in run.out
    assert "stage 2 (5.0 s pause): 0 events" in run.out
    assert "of 6 s: 50 of 60 offered" in run.err


@pytest.mark.parametrize("key", ["none", "customer:9"])
def test_poisson_arrivals_are_the_same_events_for_every_number_of_workers(
    harness: ProduceHarness, client: str, key: str
) -> None:
    options = ("--arrivals", "poisson", "--seed", "5", "--key", key, *OPTIONS, *PAST)
    paced = Paced(parse_stages(STAGES), arrivals=PoissonArrivals(5))
    seen: list[set[bytes]] = []
    for workers in ("1", "2"):
        known = {value for values in seen for value in values}
        before = len(harness.records()) if seen else 0
        run = harness.produce("--client", client, "--workers", workers, *options)
        assert (run.code, run.report["acked"]) == (0, paced.total)
        records = harness.records()
        assert len(records) - before == paced.total
        seen.append({record.value for record in records})
        assert not known or seen[-1] == known
    assert len(seen[0]) == paced.total


def test_arrivals_by_chance_can_be_none_at_all(harness: ProduceHarness, client: str) -> None:
    never = ("--rate", "1/h", "--duration", "1s", "--arrivals", "poisson", "--seed", "1")
    run = harness.produce("--client", client, *never)
    assert (run.code, run.report["offered"], run.report["stages"][0]["offered"]) == (0, 0, 0)


def test_shards_send_the_one_load_and_their_reports_and_ledgers_are_those_of_one_run(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(3)
    ledger = tmp_path / "run.ledger"
    shared = ("-o", "json", "--client", client, *OPTIONS, *PAST, "--ledger", str(ledger), "--workers", "2")
    parts = [harness.start(*shared, "--shard", f"{index}/3") for index in range(3)]
    runs = [harness.finish(part) for part in parts]
    assert [run.code for run in runs] == [0, 0, 0], [run.err for run in runs]
    assert purchased(harness) == times(Paced(parse_stages(STAGES)))
    files = [tmp_path / f"{index}.json" for index in range(3)]
    for file, run in zip(files, runs, strict=True):
        file.write_text(run.out)
    merged = eventq("report", "merge", "-o", "json", *map(str, files))
    report = json.loads(merged.stdout)
    assert merged.returncode == 0
    assert set(report) == set(runs[0].report)
    assert report["shard"] is None
    assert (report["offered"], report["acked"], counts(report)) == (501, 501, [275, 0, 200, 26])
    assert sum(part["acked"] for part in report["partitions"]) == 501
    assert report["slip_ms"]["max"] == max(run.report["slip_ms"]["max"] for run in runs)
    assert sorted(tmp_path.glob("run.ledger*")) == [ledger, *(Path(f"{ledger}.{n}") for n in range(1, 6))]
    audit = eventq(
        "audit", "-b", harness.bootstrap, "--ledger", str(ledger), "-t", harness.topic, "-o", "json"
    )
    assert audit.returncode == 0, audit.stderr
    some = eventq("report", "merge", "-o", "json", str(files[2]))
    assert (some.returncode, json.loads(some.stdout)["shard"]) == (1, "2/3")
    assert "2 shards of the load missing: 0, 1" in some.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stop_ends_the_wait_for_a_start(
    harness: ProduceHarness, client: str, workers: str, tmp_path: Path
) -> None:
    ledger = tmp_path / "run.ledger"
    options = ("--client", client, "--rate", "5", "--workers", workers, "--ledger", str(ledger))
    process = harness.start(*options, "--start-at", "2096-01-01")
    eventually(lambda: ledger.exists() and ledger.stat().st_size > 0, "a worker that is ready")
    process.send_signal(signal.SIGINT)
    run = harness.finish(process)
    assert (run.code, "the schedule starts at 2096-01-01T00:00:00.000Z" in run.err) == (130, True)
    assert "0 of 0 events acknowledged" in run.out
    assert harness.written() == 0
