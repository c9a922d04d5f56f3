import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.consume_harness import CLIENTS, alive, eventually, members_of
from tests.private_kafka import PrivateKafka
from tests.produce_harness import ProduceHarness

Started: TypeAlias = "list[tuple[ProduceHarness, subprocess.Popen[bytes]]]"


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ProduceHarness]:
    harness = ProduceHarness(bootstrap)
    yield harness
    harness.close()


@pytest.fixture
def shaky(restartable: PrivateKafka) -> Iterator[dict[str, ProduceHarness]]:
    """One for each client on a broker that may be stopped: they see the same outage."""
    harnesses = {client: ProduceHarness(restartable.bootstrap) for client in CLIENTS}
    for harness in harnesses.values():
        harness.create(2)
    yield harnesses
    for harness in harnesses.values():
        harness.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def settled(report: Any) -> int:
    return int(report["acked"] + report["failed"] + report["unknown"] + report["dropped"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("options", [("--rate", "200"), (), ("--workers", "2")])
def test_a_signal_ends_a_run_in_order_with_every_event_settled(
    harness: ProduceHarness, client: str, number: int, code: int, options: tuple[str, ...]
) -> None:
    harness.create(1)
    process = harness.start("--client", client, "-o", "json", *options, start_new_session=True)
    eventually(harness.written, "a first event")
    os.killpg(process.pid, number)
    run = harness.finish(process)
    assert run.code == code
    assert (run.report["failed"], run.report["unknown"]) == (0, 0)
    assert run.report["acked"] == run.report["offered"] == harness.written()


def test_a_killed_worker_is_an_error_and_what_was_acknowledged_is_reported(
    harness: ProduceHarness, client: str
) -> None:
    harness.create(1)
    process = harness.start("--client", client, "--workers", "2", "--rate", "200", "-o", "json")
    eventually(harness.written, "a first event")
    os.kill(members_of(process)[0], signal.SIGKILL)
    run = harness.finish(process)
    report = run.report
    assert run.code == 1
    assert re.search(r"worker [12] died \(SIGKILL\)", run.err)
    assert settled(report) == report["offered"]
    assert report["unknown"] == report["errors"].get("WORKER_DIED", 0)
    assert 0 < report["acked"] <= harness.written() <= report["acked"] + report["unknown"]


def test_workers_of_a_killed_parent_end(harness: ProduceHarness) -> None:
    harness.create(1)
    process = harness.start(
        "--workers", "2", "--rate", "100", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    eventually(harness.written, "a first event")
    workers = members_of(process)
    assert len(workers) == 2
    process.kill()
    eventually(lambda: not any(map(alive, workers)), "every worker ended")


def test_a_broker_that_comes_back_costs_nothing_but_time(
    restartable: PrivateKafka, shaky: dict[str, ProduceHarness]
) -> None:
    options = ("-r", "100", "-n", "600", "--input", "-", "-o", "json")
    started = [
        (harness, harness.start("--client", client, *options, stdin=-1)) for client, harness in shaky.items()
    ]
    for _, process in started:
        _give(process, range(200))
    for harness, _ in started:
        _let_go_after(100, harness)
    restartable.kill()
    for _, process in started:
        _give(process, range(200, 600))
    restartable.up()
    for harness, process in started:
        run = harness.finish(process, b"")
        assert (run.code, run.report["acked"]) == (0, 600), run.err
        assert sorted(int(record.value) for record in harness.records()) == list(range(600))
        assert run.err == "" or all(line.startswith("eventq: ") for line in run.err.splitlines())


def _let_go_after(count: int, harness: ProduceHarness) -> None:
    eventually(lambda: harness.written() >= count, f"{count} events are written")
    harness.let_go()


def _give(process: "subprocess.Popen[bytes]", numbers: range) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(b"%d\n" % n for n in numbers))
    process.stdin.flush()


@pytest.fixture
def left_alone(restartable: PrivateKafka, shaky: dict[str, ProduceHarness]) -> Iterator[Started]:
    """A run over each client that has sent something; then the broker hangs."""
    options = ("-o", "json", "-X", "delivery.timeout.ms=40000")
    started = [(harness, harness.start("--client", client, *options)) for client, harness in shaky.items()]
    for harness, _ in started:
        _let_go_after(1, harness)
    restartable.pause()
    yield started
    restartable.resume()


def test_a_broker_that_stays_away_leaves_unknown_events_and_bounded_memory(
    left_alone: Started,
) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(_leaves_unknown_events, *zip(*left_alone, strict=True)))


def _leaves_unknown_events(harness: ProduceHarness, process: "subprocess.Popen[bytes]") -> None:
    memory = [_resident(process.pid)]
    line = eventually(lambda: _stalled(process), "a progress line of a run that stands still")
    memory.append(_resident(process.pid))
    assert int(line) <= 100_000
    assert max(memory) < 200 * 1024
    process.send_signal(signal.SIGINT)
    run = harness.finish(process)
    report = run.report
    assert run.code == 130
    assert settled(report) == report["offered"]
    assert report["unknown"] == sum(report["errors"].values()) > 0


def _stalled(process: "subprocess.Popen[bytes]") -> str | None:
    """How many are in flight, once a progress line says that nothing goes on."""
    assert process.stderr is not None
    found = re.search(rb" 0/s, ([\d,]+) in flight", process.stderr.readline())
    return found[1].decode().replace(",", "") if found else None


def _resident(pid: int) -> int:
    """Kilobytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])  # type: ignore[index]


def test_a_second_signal_ends_at_once(left_alone: Started) -> None:
    for harness, process in left_alone:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        run = harness.finish(process)
        assert (run.code, run.out) == (130, "")
        assert "Traceback" not in run.err
