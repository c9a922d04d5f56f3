"""One command as a whole: wall time, CPU and memory of the process and all that it starts."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_SECONDS = 0.05


class Failed(RuntimeError):
    """A contender did not do what it was asked; the text has the command and the end of what it said."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`wall` and `cpu` in seconds; `peak` of the largest process and `peak_sum` over all, in bytes."""

    out: str
    err: str
    wall: float
    cpu: float
    peak: int
    peak_sum: int
    memory: tuple[tuple[float, int], ...]


def measure(command: Sequence[str], *, stdin: Path | None = None, timeout: float = 900) -> Measured:
    """Runs it to its end; Failed when it exits with anything but 0."""
    with (stdin or Path(os.devnull)).open("rb") as source:
        began, waited_for = time.monotonic(), _cpu_of_children()
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        watch = _Watch(process.pid, began)
        watch.start()
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            wall = time.monotonic() - began
            process.kill()
            watch.end()
    if process.returncode != 0:
        said = (err or out).decode(errors="replace")[-2000:]
        raise Failed(f"exit {process.returncode}: {' '.join(command)}\n{said}")
    points = tuple(watch.points)
    return Measured(
        out.decode(errors="replace"),
        err.decode(errors="replace"),
        wall,
        max(watch.cpu, _cpu_of_children() - waited_for),
        watch.peak,
        max((size for _, size in points), default=0),
        points,
    )


def _cpu_of_children() -> float:
    """Of those that have ended: exact, where samples miss what is shorter than their interval."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch(threading.Thread):
    """Samples a process tree: rusage would miss processes that are not waited for (a forkserver's)."""

    def __init__(self, pid: int, began: float) -> None:
        super().__init__(daemon=True)
        self._pid, self._began = pid, began
        self._over = threading.Event()
        self._ticks: dict[int, int] = {}
        self.peak = 0
        self.points: list[tuple[float, int]] = []

    @property
    def cpu(self) -> float:
        return sum(self._ticks.values()) / _TICK

    def run(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            sizes = [self._look(pid) for pid in tree(self._pid)]
            self.peak = max([self.peak, *sizes])
            self.points.append((time.monotonic() - self._began, sum(sizes)))

    def end(self) -> None:
        self._over.set()
        self.join()

    def _look(self, pid: int) -> int:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        except OSError:
            return 0
        self._ticks[pid] = int(fields[11]) + int(fields[12])
        return int(fields[21]) * _PAGE


def tree(pid: int) -> list[int]:
    """The process and all its descendants that are alive."""
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue
        queue += [int(child) for child in children.split()]
    return found
