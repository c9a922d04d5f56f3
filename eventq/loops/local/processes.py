"""Processes by their number and the time of their start: a number is given again, both together are not."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from eventq.core.errors import EventqError

_PROC = Path("/proc")
_ENDED = "ZX"


@dataclass(frozen=True, slots=True)
class BrokerProcess:
    """`started` tells it from another of the same number, `boot` from one before the machine was restarted.

    `java` is its program.
    """

    pid: int
    started: str
    boot: str
    java: str

    def lives(self) -> bool:
        return self.boot == boot() and start_of(self.pid) == self.started


def process_of(pid: int, java: str) -> BrokerProcess:
    """Of a process that was just started, and has not been waited for."""
    return BrokerProcess(pid, start_of(pid) or "", boot(), java)


def start_of(pid: int) -> str | None:
    """When it was started, as the system counts; None when it has ended."""
    if not (_PROC / "self" / "stat").exists():
        return _start_by_ps(pid)
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *numbers = fields.rpartition(")")[2].split()
    return None if state in _ENDED else numbers[18]


def _start_by_ps(pid: int) -> str | None:
    asked = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, start = asked.stdout.strip().partition(" ")
    return None if not state or state[0] in _ENDED else start.strip()


def boot() -> str:
    """Another text after each start of the machine; empty where the system does not tell."""
    try:
        return (_PROC / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def save(process: BrokerProcess, path: Path) -> None:
    """Whole or not at all."""
    fields = {"pid": process.pid, "started": process.started, "boot": process.boot, "java": process.java}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(fields), encoding="utf-8")
    part.replace(path)


def load(path: Path) -> BrokerProcess | None:
    """None where none was saved, or something that is none."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return BrokerProcess(int(fields["pid"]), *(str(fields[name]) for name in ("started", "boot", "java")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def send(process: BrokerProcess, number: int) -> None:
    """Nothing is sent to another process of the same number."""
    if process.lives():
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise EventqError(
                f"process {process.pid} belongs to another user, who alone can stop it"
            ) from error
