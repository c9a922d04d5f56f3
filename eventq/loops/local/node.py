"""One broker process: its folder, its process, its log."""

import signal
import subprocess
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eventq.core.errors import EventqError
from eventq.core.local.cluster import PASSWORD, USER, Cluster, Node
from eventq.core.local.layout import Layout
from eventq.core.local.server_properties import java_text, parse_common, server_properties
from eventq.core.local.status import NodeState, NodeStatus
from eventq.loops.local import processes
from eventq.loops.local.files import FILES

_TAIL_LINES = 30
_LARGEST_LOG = 10 << 20


@dataclass(frozen=True)
class Broker:
    layout: Layout
    cluster: Cluster
    node: Node

    @property
    def folder(self) -> Path:
        return self.layout.node(self.cluster, self.node)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid_file(self) -> Path:
        return self.folder / "pid"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def process(self) -> processes.BrokerProcess | None:
        """Its process while it lives."""
        process = processes.load(self.pid_file)
        return process if process is not None and process.lives() else None

    def pid(self) -> int | None:
        process = self.process()
        return None if process is None else process.pid

    def status(self) -> NodeStatus:
        """What ended with the machine, or by `stop`, was stopped; what ended otherwise has crashed."""
        process = processes.load(self.pid_file)
        log = str(self.log) if self.log.exists() else None
        if process is None or process.boot != processes.boot():
            return NodeStatus(self.node, NodeState.STOPPED, log=log)
        if process.lives():
            return NodeStatus(self.node, NodeState.RUNNING, process.pid, process.java, log)
        return NodeStatus(self.node, NodeState.CRASHED, log=log, tail=tuple(self.tail()))

    def start(self, java: str, jars: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        common = parse_common((FILES / "broker.properties").read_text(encoding="utf-8"))
        settings = server_properties(self.cluster, self.node, data, common)
        self._settings.write_text(java_text(settings), encoding="ascii")
        if not (data / "meta.properties").exists():
            self._format(java, jars)
        self._turn_log()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*_jvm(java, jars, small=self.cluster.small), "kafka.Kafka", str(self._settings)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # it outlives the shell, and a Ctrl-C there is not for it
            )
        processes.save(processes.process_of(process.pid, java), self.pid_file)

    def _format(self, java: str, jars: Path) -> None:
        users = [f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]" for bits in (256, 512)]
        scram = [word for user in users for word in ("--add-scram", user)] if self.cluster.sasl else []
        tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", self.cluster.id]
        done = subprocess.run(
            [*_jvm(java, jars, small=True, level="ERROR"), *tool, "-c", str(self._settings), *scram],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise EventqError(
                f"node {self.node.id} could not format its data folder; Kafka said:",
                details=_without_trace(done.stdout.splitlines()),
            )

    def _turn_log(self) -> None:
        """A log that has grown large begins anew; the one before it is kept."""
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.folder / "log.1")

    def signal(self, number: signal.Signals) -> None:
        process = processes.load(self.pid_file)
        if process is not None:
            processes.send(process, number)

    def forget_process(self) -> None:
        self.pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = _TAIL_LINES) -> list[str]:
        """The last lines of its log."""
        if not self.log.exists():
            return []
        with self.log.open(encoding="utf-8", errors="replace") as log:
            return [line.rstrip("\n").expandtabs(4) for line in deque(log, lines)]


def _without_trace(lines: Sequence[str]) -> list[str]:
    """What Java said, but not where in Kafka it happened."""
    return [line.expandtabs(4) for line in lines if not line.startswith("\tat ")][-_TAIL_LINES:]


def _jvm(java: str, jars: Path, *, small: bool, level: str = "INFO") -> list[str]:
    """A small one compiles quickly and not well: 3.3 s of CPU instead of 5.7 until a broker answers."""
    size = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] if small else ["-Xmx512m"]
    logging = [f"-Dlog4j2.configurationFile={FILES / 'log4j2.properties'}", f"-Dlevel={level}"]
    return [java, *size, *logging, "-cp", str(jars / "*")]
