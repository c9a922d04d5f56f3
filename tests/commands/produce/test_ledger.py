"""A ledger against the log: what it says of each event is so, whatever ended the run."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from eventq.core.identity import HEADER, Identity, of_header, of_product_id
from eventq.core.ledger.lines import EndLine, Fate, OfferLine, RunLine, SettledLine
from eventq.core.ledger.reading import whole_lines
from tests.consume_harness import eventually
from tests.produce_harness import ProduceHarness


class Told:
    """What the ledger of one worker says."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.lines = list(whole_lines(file))
        (self.run,) = [line for line in self.lines if isinstance(line, RunLine)]
        self.offered = max(line.to for line in self.lines if isinstance(line, OfferLine))
        self.end = next((line for line in self.lines if isinstance(line, EndLine)), None)

    def events(self, fate: Fate) -> set[Identity]:
        return {
            Identity(self.run.run, self.run.worker, k)
            for line in self.lines
            if isinstance(line, SettledLine) and line.fate is fate
            for first, last in line.spans
            for k in range(first, last + 1)
        }


def in_log(harness: ProduceHarness) -> list[Identity | None]:
    """The identity of every record, by its header or else by its productId."""
    found: list[Identity | None] = []
    for record in harness.records():
        headers = dict(record.headers)
        if HEADER in headers:
            found.append(of_header(headers[HEADER]))
        else:
            found.append(of_product_id(json.loads(record.value)["productId"]))
    return found


@pytest.mark.parametrize("options", [(), ("--workers", "2"), ("--stamp", "header"), ("--key", "zipf:9:1.1")])
def test_every_event_of_a_complete_ledger_is_in_the_log_once(
    harness: ProduceHarness, client: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "ledger"
    run = harness.produce("--client", client, "-n", "3000", "--ledger", str(path), *options)
    assert (run.code, run.report["ledger"], run.report["acked"]) == (0, str(path), 3000)
    workers = 2 if "--workers" in options else 1
    told = [Told(path if w == 0 else path.with_name(f"ledger.{w}")) for w in range(workers)]
    assert {each.run.run for each in told} == {run.report["run"]}
    assert [(each.run.worker, each.run.workers) for each in told] == [(w, workers) for w in range(workers)]
    assert all(each.end is not None and each.end.complete for each in told)
    found = in_log(harness)
    assert len(found) == 3000
    assert set(found) == set().union(*(each.events(Fate.ACKED) for each in told))
    assert told[0].run.topic_id == str(harness.admin.describe_topics([harness.topic])[0]["topic_id"])


def test_a_ledger_says_which_topic_of_which_cluster_it_is_about(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(1)
    assert harness.run("--client", client, "-n", "1", "--ledger", str(tmp_path / "ledger")).code == 0
    told = Told(tmp_path / "ledger").run
    assert told.topic_id == str(harness.admin.describe_topics([harness.topic])[0]["topic_id"])
    assert told.cluster == harness.admin.describe_cluster()["cluster_id"]


def test_lines_of_an_input_are_told_apart_by_a_header_also_when_they_are_equal(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger"
    run = harness.run("--client", client, "--input", "-", "--ledger", str(path), data=b"same\n" * 500)
    assert run.code == 0
    assert sorted(filter(None, in_log(harness))) == sorted(Told(path).events(Fate.ACKED))


def test_whatever_a_killed_run_acknowledged_is_in_the_log_and_nothing_beyond_its_announcement(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(2)
    path = tmp_path / "ledger"
    process = harness.start(
        "--client", client, "--rate", "2000", "--ledger", str(path), stdout=subprocess.DEVNULL
    )
    eventually(lambda: path.exists() and b'"ack"' in path.read_bytes(), "a first acknowledgement")
    os.kill(process.pid, signal.SIGKILL)
    harness.finish(process)
    told = Told(path)
    assert told.end is None
    found = in_log(harness)
    assert 0 < len(told.events(Fate.ACKED)) <= len(found)
    assert told.events(Fate.ACKED) <= set(found)
    assert all(each is not None and each.sequence < told.offered for each in found)


def test_a_ledger_goes_on_behind_a_killed_run(harness: ProduceHarness, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    process = harness.start("--rate", "500", "--ledger", str(path), stdout=subprocess.DEVNULL)
    eventually(lambda: path.exists() and b'"ack"' in path.read_bytes(), "a first acknowledgement")
    os.kill(process.pid, signal.SIGKILL)
    harness.finish(process)
    with path.open("ab") as torn:
        torn.write(b'1234abcd {"t":"ack"')
    run = harness.run("-n", "10", "--ledger", str(path), "--ledger-append", "-o", "json")
    assert run.code == 0
    with path.open("rb") as file:
        lines = list(whole_lines(file))
    runs = [line.run for line in lines if isinstance(line, RunLine)]
    assert runs[1:] == [run.report["run"]]
    assert isinstance(lines[-1], EndLine)
    assert lines[-1].complete
