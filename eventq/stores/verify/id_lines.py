"""Ids of processed events, one a line: a column of a CSV, a log, what jq prints."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from eventq.core.errors import UsageError
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind

_BYTES = 400_000
_AROUND = b' \t\r\n"'
"""Not part of an id: blanks, line ends, and the quotes of CSV and JSON."""


class IdLines:
    """Serves SinkSource of loops/verify/judge.py; `-` is standard input. Empty lines are skipped."""

    ordered = False

    def __init__(self, path: str) -> None:
        self._path = path
        self.name = f"seen:{path}"

    def check(self) -> None:
        """UsageError for a file that can't be read."""
        if self._path != "-":
            with self._open():
                pass

    def rows(self, _stamp: StampKind) -> Iterator[SinkRows]:
        with nullcontext(sys.stdin.buffer) if self._path == "-" else self._open() as file:
            while lines := file.readlines(_BYTES):
                yield SinkRows([word for line in lines if (word := line.strip(_AROUND))])

    def _open(self) -> Any:
        try:
            return Path(self._path).open("rb")
        except OSError as error:
            raise UsageError(f"--seen {self._path} can't be read: {error.strerror}") from error
