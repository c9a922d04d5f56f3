"""Effects as lines of JSON, each member's in a file of its own: at most once or at least once."""

import os
from collections.abc import Mapping
from pathlib import Path

from eventq.core.consume.event_line import event_lines
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores.append import append_lines, end_of_lines

_BEGINS = b'{"topic":'
"""Every line that --events prints, and that this writes."""


class JsonLines:
    """Member n appends to `PATH.n`. Only whole lines stay: what a crash or a full disk cut off is removed."""

    def __init__(self, path: str, plan: MemberPlan) -> None:
        self._path = Path(f"{path}.{plan.number}")
        self._topic = plan.topic
        self._fd = -1

    def open(self) -> None:
        self.close()
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            self._cut_end()
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def _cut_end(self) -> None:
        """EventqError for a file that others wrote: it is left as it is."""
        end = end_of_lines(self._path)
        with self._path.open("rb") as file:
            first = file.read(len(_BEGINS))
            file.seek(end)
            rest = file.read(len(_BEGINS))
        if not _BEGINS.startswith(first) or not _BEGINS.startswith(rest):
            raise EventqError(
                f"{self._path} holds something else than events",
                hint="name another file by --sink jsonl:PATH",
            )
        os.ftruncate(self._fd, end)

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        block = event_lines(self._topic, records, frozenset(faults))
        try:
            append_lines(self._fd, block)
            os.fdatasync(self._fd)
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
