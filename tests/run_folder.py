"""What the processes of one run of the tests share: a folder, and in it which brokers were started.

So that the first process can stop what another one left when it was interrupted.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
SCRIPT = str(CHECKOUT / "scripts" / "kafka")
_FOLDER = "EVENTQ_TEST_RUN"
"""The variable that names the folder: processes inherit it from the first."""


def begin() -> None:
    """In the process that starts the others, or in the only one."""
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="eventq-tests-")


def end() -> None:
    """In the same process, after all tests."""
    for left in (_folder() / "brokers").glob("*"):
        remove(left.name)
    shutil.rmtree(_folder())


def started(name: str) -> None:
    """A cluster of that name runs: it is stopped at the end of the run if it still does."""
    brokers = _folder() / "brokers"
    brokers.mkdir(exist_ok=True)
    (brokers / name).touch()


def remove(name: str) -> None:
    """Stops the cluster and removes its data."""
    subprocess.run([SCRIPT, "wipe", "--name", name, "--yes"], check=True, capture_output=True)
    (_folder() / "brokers" / name).unlink(missing_ok=True)


def once(name: str, make: Callable[[], str]) -> str:
    """What the first process that asks makes; the others wait for it."""
    made = _folder() / name
    with (_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(make(), encoding="utf-8")
        return made.read_text(encoding="utf-8")


def _folder() -> Path:
    return Path(os.environ[_FOLDER])
