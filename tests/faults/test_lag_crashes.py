"""librdkafka can crash amid a question: `eventq lag` answers all the same, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import pytest
from benchmarks.requests import Counter

from tests.consume_harness import DEADLINE, alive, children, eventually
from tests.group_fixture import GroupFixture

OFFSET_FETCH, API_VERSIONS = 9, 18


class Gate(Counter):
    """In front of the broker: requests of one kind wait until it is `opened`; each is counted in `asked`."""

    def __init__(self, bootstrap: str, held: int) -> None:
        super().__init__(bootstrap)
        self.held, self.asked, self.opened = held, Semaphore(0), Event()

    def request(self, frame: bytes) -> bytes:
        if int.from_bytes(frame[4:6], "big") == self.held and not self.opened.is_set():
            self.asked.release()
            self.opened.wait()
        return super().request(frame)


@contextmanager
def gate(bootstrap: str, held: int = OFFSET_FETCH) -> Iterator[Gate]:
    with Gate(bootstrap, held) as one:
        serving = Thread(target=one.serve_forever)
        serving.start()
        try:
            yield one
        finally:
            one.opened.set()
            one.shutdown()
            serving.join()


class Asking:
    """`eventq lag` of one group, behind the gate, in a process group and a directory of its own."""

    def __init__(self, group_fixture: GroupFixture, closed: Gate, client: str, where: Path) -> None:
        group_fixture.commit(40, 100)
        self.gate = closed
        command = [sys.executable, "-m", "eventq", "lag", "-g", group_fixture.group, "-o", "json"]
        self.process = subprocess.Popen(
            [*command, "-b", closed.bootstrap, "--client", client],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=where,
            start_new_session=True,
        )

    def apart(self) -> int:
        """The process that now waits for its answer."""
        assert self.gate.asked.acquire(timeout=DEADLINE)
        (pid,) = children(self.process.pid)
        return pid

    def end(self) -> tuple[int, Any, str]:
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, json.loads(out)["groups"][0] if out else None, err.decode()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_after_a_crash_amid_a_question_auto_has_the_answer_by_the_other_client(
    group_fixture: GroupFixture, tmp_path: Path, number: int
) -> None:
    with gate(group_fixture.bootstrap) as closed:
        asking = Asking(group_fixture, closed, "auto", tmp_path)
        os.kill(asking.apart(), number)
        assert closed.asked.acquire(timeout=DEADLINE)
        assert not children(asking.process.pid)
        closed.opened.set()
        code, group, err = asking.end()
    assert (code, group["lag"], group["state"], err) == (0, 60, "Empty", "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("held", [OFFSET_FETCH, API_VERSIONS])
def test_librdkafka_that_was_asked_for_is_started_again_after_a_crash(
    group_fixture: GroupFixture, tmp_path: Path, held: int
) -> None:
    with gate(group_fixture.bootstrap, held) as closed:
        asking = Asking(group_fixture, closed, "librdkafka", tmp_path)
        os.kill(first := asking.apart(), signal.SIGABRT)
        assert asking.apart() != first
        closed.opened.set()
        code, group, err = asking.end()
    assert (code, group["lag"], err) == (0, 60, "")


def test_librdkafka_that_crashes_time_after_time_is_an_error_that_names_it(
    group_fixture: GroupFixture, tmp_path: Path
) -> None:
    with gate(group_fixture.bootstrap) as closed:
        asking = Asking(group_fixture, closed, "librdkafka", tmp_path)
        for _ in range(3):
            os.kill(asking.apart(), signal.SIGABRT)
        code, group, err = asking.end()
    assert (code, group) == (1, None)
    assert err.splitlines() == [
        "eventq: librdkafka crashed 3 times in a row (SIGABRT)",
        "  --client kafka-python reads the same",
    ]


@pytest.mark.parametrize("held", [OFFSET_FETCH, API_VERSIONS])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -9)]
)
def test_the_process_apart_ends_with_its_parent_whatever_it_waits_for(
    group_fixture: GroupFixture, tmp_path: Path, held: int, number: int, code: int
) -> None:
    with gate(group_fixture.bootstrap, held) as closed:
        asking = Asking(group_fixture, closed, "auto", tmp_path)
        apart = asking.apart()
        if number == signal.SIGKILL:
            asking.process.kill()
        else:
            os.killpg(asking.process.pid, number)  # as a terminal does
        assert asking.end() == (code, None, "")
        eventually(lambda: not alive(apart), "the process apart has ended")
