"""The way with Docker, end to end, with a stand-in for the engine that starts what the compose file says."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from kafka import KafkaAdminClient

from eventq.broker.local import probe
from eventq.loops.local import ports
from tests.run_folder import CHECKOUT, SCRIPT

Call: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


@pytest.fixture
def port() -> int:
    return ports.pick(set())


@pytest.fixture
def call(port: int, tmp_path: Path) -> Iterator[Call]:
    """scripts/kafka on a machine whose `docker` is the stand-in."""
    stand_in = CHECKOUT / "tests" / "scripts" / "docker_stand_in.py"
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {stand_in} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
        "STAND_IN": str(tmp_path),
    }

    def call(verb: str, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [SCRIPT, verb, "--name", f"test-{port}", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    yield call
    call("wipe", "--yes")
    shutil.rmtree(tmp_path / "volume", ignore_errors=True)


def test_where_docker_is_asked_for_the_compose_file_brings_a_broker_that_works(call: Call, port: int) -> None:
    up = call("up", "--docker", "--port", str(port))
    assert (up.returncode, up.stdout.strip()) == (0, f"127.0.0.1:{port}"), up.stderr
    assert probe.brokers(port) == {port}
    admin = KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}")
    admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}})
    assert admin.list_group_offsets({"nobody": None}) == {"nobody": {}}
    admin.close()
    assert call("up").returncode == 0
    assert "another kind of cluster is kept" in call("up", "-c", "log.retention.hours=1").stderr
    assert call("status").stdout == f"test-{port}  running  127.0.0.1:{port}  1 node, docker\n"
    assert "started" in call("logs").stdout.lower()
    assert call("down").returncode == 0
    assert call("status").returncode == 3
    assert ports.comes_free(port)


@pytest.mark.parametrize("options", ["--nodes 3", "--sasl", "-c a=b", "--small", "--java java"])
def test_what_the_compose_file_does_not_hold_is_a_usage_error(call: Call, options: str) -> None:
    refused = call("up", "--docker", *options.split())
    assert refused.returncode == 2
    assert "--docker starts one plain node" in refused.stderr


def test_without_an_engine_one_message_says_so(call: Call, tmp_path: Path, port: int) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\necho 'no engine' >&2\nexit 1\n", encoding="utf-8")
    refused = call("up", "--docker", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "eventq: no Docker engine with the compose plugin answers",
        "  no engine",
        "  start it, or leave out --docker",
    ]
