"""Effects as lines of JSON, each member's in a file of its own: at most once or at least once."""

import os
from collections.abc import Mapping
from pathlib import Path

from eventq.core.consume.event_line import event_lines
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import StoreUnavailable

_SHORT_WRITE = "the disk is full"


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
            os.ftruncate(self._fd, _whole(self._path))
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        block = event_lines(self._topic, records, frozenset(faults))
        try:
            size = os.fstat(self._fd).st_size
            written = os.write(self._fd, block)
            if written < len(block):
                os.ftruncate(self._fd, size)
                raise StoreUnavailable(_SHORT_WRITE)
            os.fdatasync(self._fd)
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _whole(path: Path) -> int:
    """Up to the end of the last whole line."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = size
        while at:
            start = max(0, at - 65_536)
            file.seek(start)
            end = file.read(at - start).rfind(b"\n")
            if end >= 0:
                return start + end + 1
            at = start
    return 0
