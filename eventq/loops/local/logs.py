"""The brokers' logs: their last lines, and what is added to them."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from eventq.loops.local.node import Broker

_INTERVAL_SECONDS = 0.2


def last_lines(brokers: Sequence[Broker], lines: int) -> Iterator[str]:
    for broker in brokers:
        yield from (_of(broker, brokers, line) for line in broker.tail(lines))


def followed(brokers: Sequence[Broker]) -> Iterator[str]:
    """What is added from now on, without end; a log that begins anew is read from its beginning."""
    tails = [(broker, _Tail(broker.log)) for broker in brokers]
    while True:
        for broker, tail in tails:
            yield from (_of(broker, brokers, line) for line in tail.added())
        time.sleep(_INTERVAL_SECONDS)


def _of(broker: Broker, brokers: Sequence[Broker], line: str) -> str:
    return line if len(brokers) == 1 else f"node {broker.node.id}: {line}"


class _Tail:
    """The whole lines that are added to a file, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path, self._rest = path, b""
        self._at = path.stat().st_size if path.exists() else 0

    def added(self) -> list[str]:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            size = 0
        if size < self._at:
            self._at, self._rest = 0, b""
        if size == self._at:
            return []
        with self._path.open("rb") as file:
            file.seek(self._at)
            added = file.read()
        self._at += len(added)
        *whole, self._rest = (self._rest + added).split(b"\n")
        return [line.decode(errors="replace").expandtabs(4) for line in whole]
