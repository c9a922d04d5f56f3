"""The brokers' logs: their last lines, and what is added to them."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from eventq.loops.local.node import Broker

_INTERVAL_SECONDS = 0.2


class Logs:
    """Those of some nodes; each line of several begins with its node."""

    def __init__(self, brokers: Sequence[Broker]) -> None:
        several = len(brokers) > 1
        self._logs = [(f"node {each.node.id}: " if several else "", _Log(each.log)) for each in brokers]

    def last(self, lines: int) -> Iterator[str]:
        """The last so many lines of each."""
        for begin, log in self._logs:
            yield from (begin + line for line in log.last(lines))

    def added(self) -> Iterator[str]:
        """The whole lines that have been added since the call before, this one or `last`."""
        for begin, log in self._logs:
            yield from (begin + line for line in log.added())

    def follow(self) -> Iterator[str]:
        """What is added, without end."""
        while True:
            yield from self.added()
            time.sleep(_INTERVAL_SECONDS)


class _Log:
    """A file that grows, need not be there yet, and is read from its beginning when it begins anew."""

    def __init__(self, path: Path) -> None:
        self._path, self._at, self._rest = path, 0, b""

    def last(self, lines: int) -> list[str]:
        """A line without an end is left for `added`."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            found = deque(file, lines + 1)
            self._at = file.tell()
        self._rest = found.pop() if found and not found[-1].endswith(b"\n") else b""
        return [_text(line) for line in list(found)[max(0, len(found) - lines) :]]

    def added(self) -> list[str]:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < self._at:
            self._at, self._rest = 0, b""
        if size == self._at:
            return []
        with self._path.open("rb") as file:
            file.seek(self._at)
            added = file.read()
        self._at += len(added)
        *whole, self._rest = (self._rest + added).split(b"\n")
        return [_text(line) for line in whole]


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r\n").expandtabs(4)
