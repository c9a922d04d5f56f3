"""One broker process of the Java way: its folder, its pid, its log."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local_kafka.layout import HERE, PASSWORD, USER, Cluster, KafkaProblem, Node, properties


@dataclass(frozen=True)
class Broker:
    cluster: Cluster
    node: Node

    @property
    def folder(self) -> Path:
        return self.cluster.folder / f"node-{self.node.id}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _pid(self) -> Path:
        return self.folder / "pid"

    def pid(self) -> int | None:
        """Its process, None when it does not run; a pid that another program has now is not its."""
        try:
            pid = int(self._pid.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(self._settings) in _command(pid) else None

    def start(self, java: str, jars: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        lines = [f"{key}={value}\n" for key, value in properties(self.cluster, self.node, data).items()]
        self._settings.write_text("".join(lines), encoding="utf-8")
        if not (data / "meta.properties").exists():
            self._format(java, jars)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*_jvm(java, jars, small=self.cluster.small), "kafka.Kafka", str(self._settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in this terminal is not for the broker
            )
        self._pid.write_text(str(process.pid), encoding="ascii")

    def _format(self, java: str, jars: Path) -> None:
        users = [f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]" for bits in (256, 512)]
        scram = [word for user in users for word in ("--add-scram", user)] if self.cluster.sasl else []
        tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", self.cluster.id]
        done = subprocess.run(
            [*_jvm(java, jars, small=True, level="ERROR"), *tool, "-c", str(self._settings), *scram],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise KafkaProblem(
                f"node {self.node.id} could not format its data folder:\n{done.stdout[-3000:]}"
            )

    def signal(self, number: signal.Signals) -> None:
        pid = self.pid()
        if pid is not None:
            os.kill(pid, number)

    def forget_pid(self) -> None:
        self._pid.unlink(missing_ok=True)

    def tail(self, lines: int) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _jvm(java: str, jars: Path, *, small: bool, level: str = "INFO") -> list[str]:
    """A small one compiles quickly and not well: 3.3 s of CPU instead of 5.7 until a broker answers."""
    size = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] if small else ["-Xmx512m"]
    logging = [f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}", f"-Dlevel={level}"]
    return [java, *size, *logging, "-cp", str(jars / "*")]


def _command(pid: int) -> str:
    """The command line of a process that lives, empty when it has ended."""
    if not Path("/proc/self/cmdline").exists():
        asked = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return asked.stdout
    try:
        while not (words := Path(f"/proc/{pid}/cmdline").read_bytes()):
            if _state(pid) in "ZX":
                return ""
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace")


def _state(pid: int) -> str:
    """Z and X have ended. A process that is just becoming another program has no command line, and lives."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
