"""scripts/bench on tiny sizes: every contender runs, and what it writes can be read again."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from benchmarks import lag, report
from benchmarks.rounds import Contender, Figure, Suite, Target, play
from benchmarks.site import Site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def jars() -> str:
    done = subprocess.run([ROOT / "scripts" / "kafka", "jars"], capture_output=True, text=True, check=True)
    return f"{done.stdout.strip()}/*"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("part", "contenders"),
    [
        ("produce", {"eventq, 1 worker", "eventq, 2 workers", "ProducerPerformance", "compression zstd"}),
        ("handing", {"one call an event", "a thousand in a call", "a thousand in a call, not heard of"}),
        ("consume", {"eventq, 1 members", "eventq, 3 members", "ConsumerPerformance"}),
        ("sinks", {"at-least-once, SQLite", "exactly-once, PostgreSQL", "exactly-once, Kafka"}),
        ("rate", {"0.5/s", "10/s", "1000/s", "5000/s"}),
        ("startup", {"python -c pass", "eventq --version", "eventq lag", "ConsumerGroupCommand"}),
        ("lag", {"eventq lag over kafka-python", "watch over librdkafka", "ConsumerGroupCommand"}),
        ("local", {"first up, to a topic made", "second up"}),
        ("delivery", {"librdkafka, 2 workers, --stamp header", "kafka-python, 1 worker, --ledger", "5000/s"}),
        ("memory", {"produce", "consume, 1 member", "produce at 10/s"}),
    ],
)
def test_a_part_runs_every_contender_and_writes_page_and_json(
    bootstrap: str, jars: str, tmp_path: Path, part: str, contenders: set[str]
) -> None:
    page, kept = tmp_path / "performance.md", tmp_path / "run.json"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    where = ["--bootstrap", bootstrap, "--jars", jars, "--json", str(kept), "--page", str(page)]
    command = [sys.executable, "-m", "benchmarks", part, "--rounds", "1", "--size", "0.001", *where]
    done = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    suites = json.loads(kept.read_text(encoding="utf-8"))["suites"].values()
    assert contenders <= {name for suite in suites for name in suite["figures"]}
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert all(name in text for name in contenders)


def test_the_requests_of_a_snapshot_are_counted_for_every_client_alike(bootstrap: str, jars: str) -> None:
    site = Site(bootstrap, jars)
    with site.topic(partitions=2) as topic, site.groups(topic, 3, 2) as names:
        contenders = lag.snapshot(site, names, 2).contenders
        counts = {one.name: one.run().more["requests"] or 0 for one in contenders}
    assert len(counts) == 3
    assert all(5 <= count <= 50 for count in counts.values()), counts


def _suite(*values: float) -> Suite:
    names = ("a", "b", "peer")
    figures = {name: Figure(value, 1, 1, 1, 1) for name, value in zip(names, values, strict=True)}
    contenders = [Contender(name, partial(figures.__getitem__, name)) for name in names]
    return Suite("toy", "records/s", "nothing", contenders, [Target("best ÷ peer", ("a", "b"), "peer", 1, 2)])


@pytest.mark.parametrize(
    ("values", "ratio", "verdict"),
    [((5, 30, 10), 3, "aim reached"), ((5, 15, 10), 1.5, "reached"), ((5, 9, 10), 0.9, "missed")],
)
def test_a_ratio_is_of_the_best_in_its_own_round(
    values: tuple[float, float, float], ratio: float, verdict: str
) -> None:
    reached = play(_suite(*values), 2).reached[0]
    assert (reached.rounds, reached.verdict) == ((ratio, ratio), verdict)


@pytest.mark.parametrize(("slip", "verdict"), [(0.5, "aim reached"), (3.0, "reached"), (7.0, "missed")])
def test_a_figure_is_held_against_what_it_is_to_reach(slip: float, verdict: str) -> None:
    one = Contender("one", lambda: Figure(100, 1, 1, 1, 1, {"slip_ms": slip}))
    target = Target("slip", ("one",), None, 5, 1, min, "slip_ms")
    reached = play(Suite("toy", "records/s", "nothing", [one], [target]), 2).reached[0]
    assert (reached.rounds, reached.verdict) == ((slip, slip), verdict)


def test_a_run_is_held_against_an_earlier_one(tmp_path: Path) -> None:
    machine = {"date": "today"}
    report.save(tmp_path / "then.json", report.document([play(_suite(1, 2, 4), 1)], machine))
    now = report.document([play(_suite(2, 2, 4), 1)], machine)
    said = report.against(now, report.load(tmp_path / "then.json"))
    assert "toy: a: 2 records/s, 2.00 of 1" in said
    assert "toy: target best ÷ peer: 0.50, was 0.50" in said
