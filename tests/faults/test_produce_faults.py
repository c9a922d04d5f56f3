import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.consume_world import alive, eventually, members_of
from tests.private_kafka import PrivateKafka
from tests.produce_world import ProduceWorld

CLIENTS = ["kafka-python", "librdkafka"]


@pytest.fixture
def world(bootstrap: str) -> Iterator[ProduceWorld]:
    world = ProduceWorld(bootstrap)
    yield world
    world.close()


@pytest.fixture
def shaky(restartable: PrivateKafka) -> Iterator[ProduceWorld]:
    """A world on a broker that may be stopped."""
    world = ProduceWorld(restartable.bootstrap)
    world.create(2)
    yield world
    world.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def settled(report: Any) -> int:
    return int(report["acked"] + report["failed"] + report["unknown"] + report["dropped"])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("options", [("--rate", "200"), (), ("--workers", "2")])
def test_a_signal_ends_a_run_in_order_with_every_event_settled(
    world: ProduceWorld, client: str, number: int, code: int, options: tuple[str, ...]
) -> None:
    world.create(1)
    process = world.start("--client", client, "-o", "json", *options, start_new_session=True)
    eventually(world.written, "a first event")
    os.killpg(process.pid, number)
    run = world.finish(process)
    assert run.code == code
    assert (run.report["failed"], run.report["unknown"]) == (0, 0)
    assert run.report["acked"] == run.report["offered"] == world.written()


def test_a_killed_worker_is_an_error_and_what_was_acknowledged_is_reported(
    world: ProduceWorld, client: str
) -> None:
    world.create(1)
    process = world.start("--client", client, "--workers", "2", "--rate", "200", "-o", "json")
    eventually(world.written, "a first event")
    os.kill(members_of(process)[0], signal.SIGKILL)
    run = world.finish(process)
    report = run.report
    assert run.code == 1
    assert re.search(r"worker [12] died \(SIGKILL\)", run.err)
    assert settled(report) == report["offered"]
    assert report["unknown"] == report["errors"].get("WORKER_DIED", 0)
    assert 0 < report["acked"] <= world.written() <= report["acked"] + report["unknown"]


def test_workers_of_a_killed_parent_end(world: ProduceWorld) -> None:
    world.create(1)
    process = world.start(
        "--workers", "2", "--rate", "100", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    eventually(world.written, "a first event")
    workers = members_of(process)
    assert len(workers) == 2
    process.kill()
    eventually(lambda: not any(map(alive, workers)), "every worker ended")


def test_a_broker_that_comes_back_costs_nothing_but_time(
    restartable: PrivateKafka, shaky: ProduceWorld, client: str
) -> None:
    process = shaky.start(
        "--client", client, "-r", "100", "-n", "600", "--input", "-", "-o", "json", stdin=-1
    )
    assert process.stdin is not None
    process.stdin.write(b"".join(b"%d\n" % n for n in range(200)))
    process.stdin.flush()
    eventually(lambda: shaky.written() >= 100, "the first events")
    shaky.let_go()
    restartable.kill()
    process.stdin.write(b"".join(b"%d\n" % n for n in range(200, 600)))
    process.stdin.flush()
    restartable.up()
    run = shaky.finish(process, b"")
    assert (run.code, run.report["acked"]) == (0, 600), run.err
    assert sorted(int(record.value) for record in shaky.records()) == list(range(600))
    assert run.err == "" or all(line.startswith("eventq: ") for line in run.err.splitlines())


def test_a_broker_that_stays_away_leaves_unknown_events_and_bounded_memory(
    restartable: PrivateKafka, shaky: ProduceWorld, client: str
) -> None:
    process = shaky.start("--client", client, "-o", "json", "-X", "delivery.timeout.ms=40000")
    eventually(shaky.written, "a first event")
    shaky.let_go()
    restartable.pause()
    try:
        memory = [_resident(process.pid)]
        line = eventually(lambda: _stalled(process), "a progress line of a run that stands still")
        memory.append(_resident(process.pid))
        assert int(line) <= 100_000
        assert max(memory) < 200 * 1024
        process.send_signal(signal.SIGINT)
        run = shaky.finish(process)
    finally:
        restartable.resume()
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


def test_a_second_signal_ends_at_once(restartable: PrivateKafka, shaky: ProduceWorld, client: str) -> None:
    process = shaky.start("--client", client)
    eventually(shaky.written, "a first event")
    shaky.let_go()
    restartable.pause()
    try:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        run = shaky.finish(process)
    finally:
        restartable.resume()
    assert (run.code, run.out) == (130, "")
    assert "Traceback" not in run.err
