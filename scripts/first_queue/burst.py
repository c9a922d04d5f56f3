"""Producer, group and watch as a user would start them, and the numbers that they leave."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

TOPIC, GROUP = "quickstart", "quickstart"
RATE, SECONDS = 500, 15
MEMBERS = 3
WORK = "uniform:5ms..15ms"
"""10 ms an event: a hundred events a second and member, three fifths of what arrives."""

QUEUE = ("-g", GROUP, "-t", TOPIC, "--window", "5s")

Process: TypeAlias = "subprocess.Popen[str]"
_PATIENCE_SECONDS = 120.0
_LAST_LOOK_SECONDS = 1.5
"""Long enough for a sample after the end: nothing is left."""


class QuickstartProblem(Exception):
    """A step that failed, with what it said."""


@dataclass(frozen=True)
class Eventq:
    """The installed eventq, pointed at one Kafka."""

    program: Path
    environment: dict[str, str]
    folder: Path

    def call(self, *words: str, accepted: tuple[int, ...] = (0,)) -> str:
        """A command that ends by itself: its stdout."""
        done = subprocess.run(
            [str(self.program), *words], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in accepted:
            raise QuickstartProblem(f"eventq {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    @contextmanager
    def started(self, name: str, *words: str) -> Iterator[Process]:
        """A command that runs beside the others, its output in files; it has ended when this is left."""
        with (self.folder / f"{name}.out").open("w") as out, (self.folder / f"{name}.err").open("w") as err:
            process = subprocess.Popen(
                [str(self.program), *words],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
            )
            try:
                yield process
            finally:
                end(process)

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text(encoding="utf-8")

    def errors(self, name: str) -> str:
        return (self.folder / f"{name}.err").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ran:
    """The reports of both sides, and the watch's samples."""

    produced: Any
    consumed: Any
    samples: list[Any]


def run(eventq: Eventq, seconds: int, show: Callable[[Any], None]) -> Ran:
    """The burst until all of it is read: in the live view on a terminal, else `show` gets each sample."""
    live = sys.stdout.isatty() and sys.stdin.isatty()
    with ExitStack() as stack:
        watching = stack.enter_context(eventq.started("watch", "lag", "watch", *QUEUE, "-o", "json"))
        producing = stack.enter_context(eventq.started("produce", *produce(seconds)))
        consuming = stack.enter_context(eventq.started("consume", *consume(seconds)))
        view = stack.enter_context(_live_view(eventq)) if live else None

        def tell(sample: Any) -> None:
            if view is None or view.poll() is not None:  # never there, or quit: lines go on in its place
                show(sample)

        _follow(eventq, {"produce": producing, "consume": consuming}, tell)
        end(watching)
    samples = list(map(json.loads, eventq.output("watch").splitlines()))
    return Ran(json.loads(eventq.output("produce")), json.loads(eventq.output("consume")), samples)


def produce(seconds: int) -> list[str]:
    return ["produce", "-t", TOPIC, "--rate", f"{RATE}", "--duration", f"{seconds}s", "-q", "-o", "json"]


def consume(seconds: int) -> list[str]:
    group = ["-t", TOPIC, "-g", GROUP, "--count", f"{MEMBERS}", "--from-beginning", "--work", WORK]
    return [
        "consume",
        *group,
        "-n",
        f"{RATE * seconds}",
        "--timeout",
        f"{_PATIENCE_SECONDS + 2 * seconds:g}s",
        "-q",
        "-o",
        "json",
    ]


@contextmanager
def _live_view(eventq: Eventq) -> Iterator[Process]:
    command = [str(eventq.program), "lag", "watch", *QUEUE]
    process = subprocess.Popen(command, env=eventq.environment, text=True)
    try:
        yield process
    finally:
        end(process)


def _follow(eventq: Eventq, running: dict[str, Process], show: Callable[[Any], None]) -> None:
    """Until all have ended well and a moment longer, each whole line of the watch shown on the way."""
    until = None
    with (eventq.folder / "watch.out").open(encoding="utf-8") as lines:
        rest = ""
        while until is None or time.monotonic() < until:
            _need_well(eventq, running)
            *whole, rest = (rest + lines.read()).split("\n")
            for line in whole:
                show(json.loads(line))
            time.sleep(0.1)
            if until is None and all(process.poll() is not None for process in running.values()):
                until = time.monotonic() + _LAST_LOOK_SECONDS
    _need_well(eventq, running)


def _need_well(eventq: Eventq, running: dict[str, Process]) -> None:
    for name, process in running.items():
        if process.poll():
            raise QuickstartProblem(f"eventq {name} ended with {process.returncode}:\n{eventq.errors(name)}")


def end(process: Process) -> None:
    if process.poll() is None:
        process.terminate()
    process.wait()


def environment(address: str) -> dict[str, str]:
    """The user's, without what would change the names of topic and group."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")}
    return {**own, "KAFKA_BOOTSTRAP_ADDRESS": address}
