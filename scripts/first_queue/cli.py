"""The steps of scripts/quickstart, one after the other."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from first_queue import burst
from first_queue.burst import Eventq, QuickstartProblem
from first_queue.story import Lines, summary, what_next

_CHECKOUT = Path(__file__).resolve().parents[2]
_NO_SUCH_TOPIC = 4


def main() -> int:
    given = _parser().parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _steps(given, Path(folder))
    except QuickstartProblem as problem:
        print(f"scripts/quickstart: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\ninterrupted; a Kafka that was started is still running: scripts/kafka status",
            file=sys.stderr,
        )
        return 130


def _steps(given: argparse.Namespace, folder: Path) -> int:
    _step(1, "eventq and what it needs, in .venv")
    _script("venv")
    _step(2, "your own Kafka")
    port = [] if given.port is None else ["--port", given.port]
    address = _script("kafka", "up", "--name", given.name, *port)
    eventq = Eventq(_CHECKOUT / ".venv" / "bin" / "eventq", burst.environment(address), folder)
    _step(3, f"topic {burst.TOPIC} with 10 partitions")
    eventq.call("topic", "delete", burst.TOPIC, "--yes", accepted=(0, _NO_SUCH_TOPIC))
    eventq.call("topic", "create", burst.TOPIC, "--partitions", "10")
    _step(
        4,
        f"a burst: {burst.RATE} events a second for {given.seconds} s; a group of {burst.MEMBERS} members, "
        "100 events a second each, processes it",
    )
    ran = burst.run(eventq, given.seconds, Lines().show)
    _step(5, "all of it has been read")
    print(eventq.call("lag", "--group", burst.GROUP))
    print(summary(ran))
    print(what_next(address, given.name), end="")
    return 0


def _step(number: int, text: str) -> None:
    print(f"[{number}/5] {text}", flush=True)


def _script(name: str, *words: str) -> str:
    """Another script of this folder: its stdout; what it says on stderr is said."""
    command = [str(_CHECKOUT / "scripts" / name), *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise QuickstartProblem(f"scripts/{name} ended with {done.returncode}")
    return done.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/quickstart",
        description="Makes .venv, starts a Kafka, and shows a queue that builds up and is emptied again. "
        "The Kafka keeps running; the last lines say how to stop it.",
    )
    parser.add_argument("--port", metavar="N", help="where Kafka listens; 0 finds a free one (default 9092)")
    parser.add_argument("--name", default="default", help="of the local Kafka, as scripts/kafka has it")
    parser.add_argument(
        "--seconds",
        type=int,
        default=burst.SECONDS,
        metavar="N",
        help="how long the burst lasts (default 15)",
    )
    return parser
