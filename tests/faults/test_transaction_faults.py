"""Transactions of produce under what can happen to them: what was acknowledged is what can be read."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eventq.core.identity import Identity, of_product_id
from eventq.core.ledger.lines import Fate, SettledLine
from eventq.core.ledger.reading import whole_lines
from tests.consume_harness import CLIENTS, eventually
from tests.private_kafka import PrivateKafka
from tests.produce_harness import ProduceHarness

SMALL = ("--transaction", "20", "-o", "json")


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ProduceHarness]:
    harness = ProduceHarness(bootstrap)
    yield harness
    harness.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shaky(restartable: PrivateKafka) -> Iterator[dict[str, ProduceHarness]]:
    """One for each client on a broker that may be stopped: they see the same outage."""
    harnesses = {client: ProduceHarness(restartable.bootstrap) for client in CLIENTS}
    for harness in harnesses.values():
        harness.create(2)
    yield harnesses
    for harness in harnesses.values():
        harness.close()


def accounted(report: Any) -> bool:
    counts = [report[name] for name in ("acked", "failed", "unknown", "aborted", "dropped")]
    return bool(sum(counts) == report["offered"])


def committed(harness: ProduceHarness) -> int:
    return len(harness.records("read_committed"))


def some_committed(harness: ProduceHarness) -> None:
    eventually(lambda: harness.written() > 20, "a first transaction")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("options", [("--rate", "200"), (), ("--workers", "2")])
def test_a_signal_ends_the_open_transaction_with_what_it_has(
    harness: ProduceHarness, client: str, number: int, code: int, options: tuple[str, ...]
) -> None:
    harness.create(1)
    process = harness.start("--client", client, *SMALL, *options, start_new_session=True)
    some_committed(harness)
    os.killpg(process.pid, number)
    run = harness.finish(process)
    assert run.code == code
    assert accounted(run.report)
    assert run.report["acked"] == run.report["offered"] == committed(harness)


def test_a_run_with_the_same_transactional_id_ends_the_one_before(
    harness: ProduceHarness, client: str
) -> None:
    harness.create(1)
    prefix = ("--transactional-id-prefix", harness.topic)
    first = harness.start("--client", client, *SMALL, "--rate", "300", *prefix)
    some_committed(harness)
    second = harness.produce("--client", client, "-n", "60", *SMALL, *prefix)
    run = harness.finish(first)
    assert (run.code, second.code) == (1, 0)
    assert f"another producer has taken over transactional.id {harness.topic}.0" in run.err
    assert accounted(run.report)
    assert second.report["acked"] == 60
    read = committed(harness) - 60
    assert run.report["acked"] <= read <= run.report["acked"] + run.report["unknown"]
    assert run.report["unknown"] <= 20


def test_what_a_killed_run_left_open_is_aborted_by_the_next_with_its_id(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(1)
    path = tmp_path / "ledger"
    options = ("--transactional-id-prefix", harness.topic, "--ledger", str(path))
    process = harness.start(
        *("--client", client, "--transaction", "50", "--rate", "300", *options), stdout=subprocess.DEVNULL
    )
    eventually(lambda: path.exists() and b'"ack"' in path.read_bytes(), "a first transaction")
    before = harness.written()
    eventually(lambda: harness.written() > before, "an open transaction")
    process.kill()
    harness.finish(process)
    assert harness.produce("--client", client, "-n", "10", *SMALL, *options[:2]).code == 0
    with path.open("rb") as file:
        lines = list(whole_lines(file))
    acked = {
        k
        for line in lines
        if isinstance(line, SettledLine) and line.fate is Fate.ACKED
        for first, last in line.spans
        for k in range(first, last + 1)
    }
    run = path.read_bytes().split(b'"run":"')[1][:8].decode()
    read = [of_product_id(record.value[14:50].decode()) for record in harness.records("read_committed")]
    kept = {each.sequence for each in read if each is not None and each.run == run}
    assert acked <= kept
    assert len(kept) % 50 == 0
    assert all(isinstance(each, Identity) for each in read)


def test_a_broker_that_comes_back_costs_nothing_but_time(
    restartable: PrivateKafka, shaky: dict[str, ProduceHarness]
) -> None:
    options = (*SMALL, "--abort", "10%", "-r", "100", "-n", "600", "--input", "-")
    started = [
        (harness, harness.start("--client", client, *options, stdin=-1)) for client, harness in shaky.items()
    ]
    for harness, process in started:
        _give(process, range(210))
        eventually(lambda harness=harness: harness.written() >= 100, "100 events")  # type: ignore[misc]
        harness.let_go()
    restartable.kill()
    for _, process in started:
        _give(process, range(210, 600))
    restartable.up()
    for harness, process in started:
        run = harness.finish(process, b"")
        report = run.report
        assert accounted(report)
        assert (report["offered"], report["failed"]) == (600, 0), run.err
        assert report["acked"] <= committed(harness) <= report["acked"] + report["unknown"]
        assert report["acked"] > 0
        ends = report["transactions"]
        assert ends["aborted"] + ends["failed"] > 0
        assert run.code == (1 if ends["failed"] or ends["unknown"] else 0)


def _give(process: "subprocess.Popen[bytes]", numbers: range) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(b"%d\n" % n for n in numbers))
    process.stdin.flush()


def test_a_broker_that_hangs_amid_a_transaction_keeps_nobody_from_stopping(
    restartable: PrivateKafka, shaky: dict[str, ProduceHarness]
) -> None:
    started = []
    for client, harness in shaky.items():
        started.append((harness, harness.start("--client", client, *SMALL)))
        some_committed(harness)
        harness.let_go()
    restartable.pause()
    for _, process in started:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
    runs = [harness.finish(process) for harness, process in started]
    restartable.resume()
    for run, (harness, _) in zip(runs, started, strict=True):
        assert run.code == 130
        assert accounted(run.report)
        assert run.report["acked"] <= committed(harness) <= run.report["acked"] + run.report["unknown"]
