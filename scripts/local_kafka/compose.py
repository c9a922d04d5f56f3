"""The way with Docker: docker-compose.kafka.yml, one plain node, a project of its own for each port."""

import os
import shutil
import subprocess
import time

from local_kafka import ports, probe
from local_kafka.layout import CHECKOUT, Cluster, KafkaProblem

_START_SECONDS = 150.0


def answers() -> bool:
    """Whether there is an engine, not only a client, and the compose plugin."""
    if shutil.which("docker") is None:
        return False
    asked = (["docker", "version", "--format", "{{.Server.Version}}"], ["docker", "compose", "version"])
    return all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in asked)


def command(cluster: Cluster, *words: str) -> list[str]:
    file = CHECKOUT / "docker-compose.kafka.yml"
    return ["docker", "compose", "-p", f"eventq-kafka-{cluster.port}", "-f", str(file), *words]


def environment(cluster: Cluster) -> dict[str, str]:
    return {**os.environ, "EVENTQ_KAFKA_PORT": str(cluster.port)}


def up(cluster: Cluster) -> None:
    if not _runs(cluster) and not ports.comes_free(cluster.port):
        raise KafkaProblem(
            f"port {cluster.port} is in use: stop what listens there, "
            "or take another port (scripts/kafka up --port N)"
        )
    _run(cluster, "up", "--detach")
    until = time.monotonic() + _START_SECONDS
    while not is_ready(cluster):
        if time.monotonic() > until or not _runs(cluster):
            log = _run(cluster, "logs", "--tail", "30")
            _run(cluster, "down")
            raise KafkaProblem(f"the broker did not start; its log ends:\n{log}")
        time.sleep(0.2)


def is_ready(cluster: Cluster) -> bool:
    port = cluster.port
    return _runs(cluster) and probe.brokers(port) == {port} and probe.serves_groups(port)


def down(cluster: Cluster) -> None:
    _run(cluster, "down")


def wipe(cluster: Cluster) -> None:
    _run(cluster, "down", "--volumes")


def _runs(cluster: Cluster) -> bool:
    return bool(_run(cluster, "ps", "--quiet", "--status", "running").strip())


def _run(cluster: Cluster, *words: str) -> str:
    done = subprocess.run(
        command(cluster, *words),
        env=environment(cluster),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if words[0] == "logs" else subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise KafkaProblem(f"docker compose {words[0]} failed:\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout
