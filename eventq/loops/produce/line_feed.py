"""Events read from a file or a pipe, one a line, bytes as they are; empty lines are skipped and counted.

It reads only what is there and never far ahead, so that a slow writer keeps nobody waiting and a fast one
does not fill the memory.
"""

import os
import select
from collections import deque
from collections.abc import Sequence

from eventq.core.produce.event_batch import Taken

_READ_BYTES = 256 * 1024
_AHEAD_BYTES = 1024 * 1024


class LineFeed:
    """Of the open file `fd` at most `total` lines, None: all."""

    def __init__(self, fd: int, total: int | None) -> None:
        self._fd, self._total = fd, total
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._rest: list[bytes] = []
        self._number = 0
        self._ended = False
        self.empty = 0

    @property
    def head(self) -> int | None:
        """The next event's number, None after the last."""
        over = self._total is not None and self._number >= self._total
        return None if over or (self._ended and not self._lines) else self._number

    def wait(self, seconds: float) -> bool:
        """Until something can be read, or for `seconds`; False if nothing came."""
        return self._ended or bool(select.select([self._fd], [], [], seconds)[0])

    def numbers(self, before: int | None, most: int) -> Sequence[int]:
        """Of the next events those that have been read and have numbers below `before`."""
        self._read()
        limits = [limit for limit in (before, self._total) if limit is not None]
        end = min([self._number + min(most, len(self._lines)), *limits])
        return range(self._number, end)

    def take(self, stamps: Sequence[int]) -> Taken:
        """The next events, one for each stamp; a line has no key."""
        return Taken(self.next_lines(len(stamps)))

    def keep_partitions(self, _count: int) -> None:
        """A line knows of none."""

    @property
    def taken(self) -> int:
        """How many events were taken so far."""
        return self._number

    def next_lines(self, count: int) -> list[bytes]:
        """So many of those that have been read."""
        lines = [self._lines.popleft() for _ in range(count)]
        self._size -= sum(map(len, lines))
        self._number += count
        return lines

    def _read(self) -> None:
        while not self._ended and self._size < _AHEAD_BYTES and select.select([self._fd], [], [], 0)[0]:
            data = os.read(self._fd, _READ_BYTES)
            if data:
                *whole, rest = data.split(b"\n")
                self._keep(whole)
                self._rest.append(rest)
            else:
                self._ended = True
                self._keep([b""] if any(self._rest) else [])

    def _keep(self, lines: list[bytes]) -> None:
        """Whole lines, the first of which had begun before."""
        if lines:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest = []
        self.empty += lines.count(b"")
        kept = [line for line in lines if line]
        self._lines.extend(kept)
        self._size += sum(map(len, kept))
