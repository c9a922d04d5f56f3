"""How many files, pipes and sockets a process has open (Linux), and how many it can have."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, islice
from pathlib import Path

_PROC = Path("/proc")


def descriptors(pid: int | str = "self") -> int:
    """Those of one process; 0 when it has ended. Its own look at itself counts too."""
    with suppress(FileNotFoundError):
        return sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
    return 0


def descriptors_of_all(pid: int) -> int:
    """Those of a process, its children, and theirs."""
    return sum(map(descriptors, _family(pid)))


@contextmanager
def left(free: int) -> Iterator[None]:
    """Within, so many more descriptors can be opened by this process, and not one beyond."""
    own = list((_PROC / "self" / "fd").iterdir())
    taken = {int(each.name) for each in own if each.exists()}  # what listed them is closed again
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = next(islice((n for n in count() if n not in taken), free, None))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in children.read_text().split():
                yield from _family(int(child))
