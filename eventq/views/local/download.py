"""The progress of a download as lines."""

from collections.abc import Callable

from eventq.core.text import plural

_MEGABYTE = 1_000_000


class DownloadLines:
    """A line at the begin and one at the end; `say` prints one."""

    def __init__(self, what: str, say: Callable[[str], None]) -> None:
        self._what, self._say = what, say

    def wait(self) -> None:
        self._say(waiting(self._what))

    def begin(self, files: int, size: int) -> None:
        self._say(beginning(self._what, files, size))

    def advance(self, size: int) -> None:
        """Not shown."""

    def end(self) -> None:
        self._say(f"downloaded {self._what}")


def waiting(what: str) -> str:
    return f"waiting for another process that downloads {what}"


def beginning(what: str, files: int, size: int) -> str:
    return f"downloading {what}: {plural(files, 'jar')}, {size / _MEGABYTE:.0f} MB"
