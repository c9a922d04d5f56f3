"""`produce --fault`: a worker that is really killed, and what its ledger and the report make of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventq.core.identity import of_product_id
from eventq.core.ledger.lines import EndLine, Fate, OfferLine, RunLine, SettledLine
from eventq.core.ledger.reading import whole_lines
from tests.consume_harness import CLIENTS
from tests.in_process import eventq
from tests.produce_harness import ProduceHarness
from tests.stamped_events import found


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ProduceHarness]:
    harness = ProduceHarness(bootstrap)
    harness.create(2)
    yield harness
    harness.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    "options", [("--rate", "2000"), (), ("--workers", "2", "--fault-seed", "3"), ("--transaction", "100")]
)
def test_what_a_killed_worker_told_is_so_and_all_else_of_it_is_unknown(
    harness: ProduceHarness, client: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "ledger"
    run = harness.produce(
        *("--client", client, "-n", "30000", "--fault", "kill:after=1500", "--ledger", str(path), *options)
    )
    report = run.report
    assert run.code == 1
    (kill,) = report["injected"]
    assert (kill["fault"], kill["offered"]) == ("kill", 1500)
    assert f"worker {kill['worker'] + 1} died (SIGKILL)" in run.err
    assert "as --fault asked for" in run.err
    assert report["acked"] + report["aborted"] + report["unknown"] == report["offered"]
    assert report["unknown"] == report["errors"].get("WORKER_DIED", 0) > 0

    killed = path if kill["worker"] == 0 else path.with_name("ledger.1")
    with killed.open("rb") as file:
        lines = list(whole_lines(file))
    assert isinstance(lines[0], RunLine)
    assert not any(isinstance(line, EndLine) for line in lines)
    assert max(line.to for line in lines if isinstance(line, OfferLine)) >= 1500
    acked = {
        k
        for line in lines
        if isinstance(line, SettledLine) and line.fate is Fate.ACKED
        for first, last in line.spans
        for k in range(first, last + 1)
    }
    ids = [of_product_id(record.value[14:50].decode()) for record in harness.records()]
    written = {each.sequence for each in ids if each is not None and each.worker == kill["worker"]}
    assert acked <= written <= set(range(1500))
    if "--transaction" not in options:  # one that is open hides what is behind it
        over = ("-b", harness.bootstrap, "--client", client, "-t", harness.topic)
        done = eventq("audit", "--ledger", str(path), *over, "-o", "json")
        counts = found(done)
        assert done.returncode == 0, done.stdout
        assert counts.get("unknown_present", 0) == len(written) - len(acked)
        assert counts.keys() <= {"unknown", "unknown_present", "unknown_absent"}


def test_a_run_that_ends_before_is_as_any_other(harness: ProduceHarness, client: str) -> None:
    run = harness.run("--client", client, "-n", "100", "--fault", "kill:after=1000")
    assert run.code == 0
    assert "faults: the run ended before any happened; seed " in run.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fault", "kill:every=5s"), "not a fault"),
        (("--fault", "kill:after=5", "--input", "-"), "--fault with --input"),
        (("--fault-seed", "5"), "--fault-seed without --fault"),
        (("--fault-seed", "5", "--fault", "kill:after=5"), "--fault-seed with one worker"),
    ],
)
def test_what_kills_nothing_is_a_usage_error(options: tuple[str, ...], said: str) -> None:
    done = eventq("produce", "-b", "localhost:1", *options)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
