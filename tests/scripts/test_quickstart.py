"""scripts/quickstart, on a broker that is already there, with a short burst."""

import subprocess
from collections.abc import Iterator

import pexpect
import pytest

from tests.consume_harness import alive, children
from tests.private_kafka import PrivateKafka
from tests.run_folder import CHECKOUT

SCRIPT = str(CHECKOUT / "scripts" / "quickstart")
LIMIT = 120


@pytest.fixture
def arguments(restartable: PrivateKafka) -> Iterator[list[str]]:
    yield ["--name", restartable.name, "--seconds", "2"]
    assert restartable.node().pid() is not None, "quickstart leaves its Kafka up"


def test_in_a_pipe_it_tells_the_queue_in_plain_lines_and_ends_with_lag_0(arguments: list[str]) -> None:
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "total lag 0 " in done.stdout
    assert "produced   1,000 events, acknowledged" in done.stdout
    assert "consumed   1,000 events by 3 members" in done.stdout
    samples = [line for line in done.stdout.splitlines() if " s  lag " in line]
    assert " lag      0 " in samples[-1]
    assert any("#" in line for line in samples)
    assert "Try next" in done.stdout


def test_on_a_terminal_it_shows_the_live_view_and_begins_afresh_however_often(arguments: list[str]) -> None:
    """The broker still has what the test before has left."""
    child = pexpect.spawn(SCRIPT, arguments, dimensions=(40, 120), timeout=LIMIT)
    child.expect("eventq lag watch")
    child.expect(r"consumed   1,000 events by 3 members")
    child.expect("scripts/kafka down")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_ends_it_with_all_that_it_started_but_kafka(restartable: PrivateKafka) -> None:
    child = pexpect.spawn(SCRIPT, ["--name", restartable.name], dimensions=(40, 120), timeout=LIMIT)
    child.expect("total lag [1-9]")
    assert child.pid is not None
    started = children(child.pid)
    assert len(started) == 4  # producer, group, and both watches
    child.sendintr()
    child.expect("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not any(map(alive, started))
    assert restartable.node().pid() is not None


def test_q_quits_the_live_view_and_plain_lines_go_on(arguments: list[str]) -> None:
    child = pexpect.spawn(SCRIPT, arguments, dimensions=(40, 120), timeout=LIMIT)
    child.expect("total lag [1-9]")
    child.send("q")
    child.expect(r" s  lag ")
    child.expect("Try next")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
