"""Kafka's jars in a folder: those that are there verified, the others fetched side by side."""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from eventq.core.errors import EventqError
from eventq.core.local.jars import Jar, JarList, parse_jars
from eventq.core.local.repository import Repository
from eventq.loops.local.fetch import Fetch, digest, part_of
from eventq.loops.local.files import FILES
from eventq.loops.local.interfaces import Progress

_SIDE_BY_SIDE = 8
_NAMES_SHOWN = 3


def pinned_jars() -> JarList:
    """The list that comes with eventq."""
    return parse_jars((FILES / "jars.txt").read_text(encoding="utf-8"))


def ensure_jars(
    wanted: JarList, folder: Path, repository: Callable[[], Repository], progress: Progress
) -> None:
    """All are in `folder` afterwards, each with the digest of the list; `repository` is asked if needed.

    EventqError says what is missing and where it can be put.
    """
    if not missing(wanted.jars, folder):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, progress):
            lacking = missing(wanted.jars, folder)
            if lacking:
                _fetch_all(wanted, lacking, folder, repository(), progress)
    except OSError as error:
        raise EventqError(f"{folder} can't be used: {error.strerror}", hint="--dir names another") from error


def missing(jars: Sequence[Jar], folder: Path) -> list[Jar]:
    """Those that are not in the folder, or not as the list has them."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        good = pool.map(lambda jar: _is_good(jar, folder), jars)
        return [jar for jar, one in zip(jars, good, strict=True) if not one]


def _is_good(jar: Jar, folder: Path) -> bool:
    path = folder / jar.file_name
    try:
        return path.stat().st_size == jar.size and digest(path) == jar.sha256
    except OSError:
        return False


@contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """One process at a time: the next finds what the one before it has fetched."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_all(
    wanted: JarList, lacking: Sequence[Jar], folder: Path, repository: Repository, progress: Progress
) -> None:
    stop = Event()
    fetch = Fetch(folder, repository, progress.advance, stop)
    progress.begin(len(lacking), sum(jar.size for jar in lacking))
    progress.advance(sum(_started(jar, folder) for jar in lacking))
    pool = ThreadPoolExecutor(_SIDE_BY_SIDE)
    try:
        tasks = [pool.submit(fetch.fetch, jar) for jar in sorted(lacking, key=lambda jar: -jar.size)]
        wait(tasks, return_when=FIRST_EXCEPTION)
        failed = [error for task in tasks if task.done() and (error := task.exception())]
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)  # one that waits for a silent server ends by itself
    if failed:
        raise _told(failed[0], wanted, folder)
    progress.end()


def _started(jar: Jar, folder: Path) -> int:
    try:
        return min(part_of(folder, jar).stat().st_size, jar.size)
    except OSError:
        return 0


def _told(error: BaseException, wanted: JarList, folder: Path) -> BaseException:
    """With what is missing, and where it can be put by hand."""
    if not isinstance(error, EventqError):
        return error
    names = [jar.file_name for jar in wanted.jars if not (folder / jar.file_name).exists()]
    shown = ", ".join(names[:_NAMES_SHOWN])
    rest = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    details = [
        f"{len(names)} of {len(wanted.jars)} jars are missing: {shown}{rest}",
        f"what is put into {folder} by hand is used as well; eventq local jars --list prints all addresses",
    ]
    return EventqError(str(error), hint=error.hint, details=details)
