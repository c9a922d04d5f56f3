"""The way with Docker: docker-compose.kafka.yml, one plain node, a project of its own for each name."""

import os
import subprocess
import time
from collections.abc import Sequence

from eventq.core.errors import EventqError, TimedOut
from eventq.core.local.cluster import Cluster
from eventq.core.local.layout import Layout
from eventq.core.local.status import ClusterState, ClusterStatus, NodeState, NodeStatus, cluster_state
from eventq.loops.local import ports
from eventq.loops.local.files import FILES
from eventq.loops.local.interfaces import Probe

_START_SECONDS = 300.0
"""The image may have to be fetched."""
_TAIL_LINES = 30
_ASKED = (["docker", "version", "--format", "{{.Server.Version}}"], ["docker", "compose", "version"])


def need_docker() -> None:
    """EventqError where there is no engine, but a client alone at best, or no compose plugin."""
    for command in _ASKED:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise EventqError("docker is not installed", hint="leave out --docker") from error
        if done.returncode:
            raise EventqError(
                "no Docker engine with the compose plugin answers",
                hint="start it, or leave out --docker",
                details=done.stderr.splitlines()[-3:],
            )


class DockerCluster:
    def __init__(self, _layout: Layout, cluster: Cluster, probe: Probe) -> None:
        self.cluster, self.probe = cluster, probe

    def status(self) -> ClusterStatus:
        states = [NodeState.RUNNING if self._runs() else NodeState.STOPPED]
        state = cluster_state(states, ready=self._answers())
        return ClusterStatus(self.cluster, state, (NodeStatus(self.cluster.nodes[0], states[0]),))

    def _answers(self) -> bool:
        port = self.cluster.port
        return self.probe.brokers(port) == {port} and self.probe.serves_groups(port)

    def start(self) -> None:
        """It answers afterwards, or is taken down again."""
        if not self._runs() and not ports.comes_free(self.cluster.port):
            raise EventqError(
                f"port {self.cluster.port} is in use",
                hint="stop what listens there, or take another: --port N",
            )
        try:
            self._run("up", "--detach")
            self._await()
        except BaseException:
            self._run("down")
            raise

    def _await(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while self.status().state is not ClusterState.RUNNING:
            if not self._runs():
                raise EventqError(
                    "the broker ended while it started; the end of its log:", details=self._tail()
                )
            if time.monotonic() > until:
                raise TimedOut(
                    f"no answer within {_START_SECONDS:g} s; the end of the broker's log:",
                    details=self._tail(),
                )
            time.sleep(0.2)

    def stop(self) -> None:
        self._run("down")

    def remove(self) -> None:
        """With its data."""
        self._run("down", "--volumes")

    def logs_command(self, lines: int, *, follow: bool) -> list[str]:
        return self._command("logs", "--tail", str(lines), *(["--follow"] if follow else []))

    def environment(self) -> dict[str, str]:
        return {**os.environ, "EVENTQ_KAFKA_PORT": str(self.cluster.port)}

    def _tail(self) -> list[str]:
        log = self._run("logs", "--tail", str(_TAIL_LINES)).splitlines()
        return [line.expandtabs(4) for line in log]

    def _runs(self) -> bool:
        return bool(self._run("ps", "--quiet", "--status", "running").strip())

    def _command(self, *words: str) -> list[str]:
        file = FILES / "docker-compose.kafka.yml"
        return ["docker", "compose", "-p", f"eventq-local-{self.cluster.name}", "-f", str(file), *words]

    def _run(self, *words: str) -> str:
        try:
            return _output(self._command(*words), self.environment(), words)
        except OSError as error:
            raise EventqError("docker is not installed, and this Kafka runs in it") from error


def _output(command: Sequence[str], environment: dict[str, str], words: Sequence[str]) -> str:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if words[0] == "logs" else subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).splitlines()
        raise EventqError(f"docker compose {words[0]} failed:", details=said[-_TAIL_LINES:])
    return done.stdout
