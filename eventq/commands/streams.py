"""The three standard streams, and what happens where they can't be read or written to.

stdout has results: where it can't be written to the command ends, with an error that names it. stderr has
notes: one that can't be written is left out, and the work goes on.
"""

import errno
import os
import stat
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, cast

from eventq.core.errors import ClosedOutput, OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_READER_GONE = {errno.EPIPE, errno.ECONNRESET}
_UNWRITABLE = {
    errno.ENOSPC: "make room there, or write to another place",
    errno.EDQUOT: "make room in the quota, or write to another place",
    errno.EFBIG: "raise the limit for the size of a file (ulimit -f), or write to another place",
    errno.EIO: "is its terminal or device still there?",
    errno.EROFS: "write to another place",
}


def next_step(error: Exception) -> str:
    """What a user can do about a failed write."""
    return _UNWRITABLE.get(getattr(error, "errno", None) or 0, "write to another place")


def unwritable(error: Exception) -> bool:
    """Whether the system has no room, or no device, for what was to be written."""
    return isinstance(error, OSError) and error.errno in _UNWRITABLE


class _Stream(FileIO):
    """Below the buffers of Python's own stream; a descriptor that is set to non-blocking is waited for."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)

    def write(self, data: "ReadableBuffer", /) -> int:
        while True:
            written: int | None = super().write(data)
            if written is not None:
                return written
            self._wait()

    def _wait(self) -> None:
        import select

        select.select([], [self], [])


class Stdout(_Stream):
    """Raises OutputError where it can't be written to, ClosedOutput where nobody reads it any more.

    So it does ever after: what follows a gap must not count as written. A file is left with whole lines, so
    that a later run can go on in it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.failure: OutputError | ClosedOutput | None = None
        self._is_file = stat.S_ISREG(os.fstat(number).st_mode)
        self._cut = (0, 0)
        """Where a line begins that is not whole, and where what there is of it ends; equal without one."""

    def write(self, data: "ReadableBuffer", /) -> int:
        if self.failure is not None:
            raise self.failure
        try:
            written = super().write(data)
        except OSError as error:
            self._take_back_cut_line()
            raise self._failed(error) from error
        if self._is_file:
            self._keep_cut_line(bytes(memoryview(data)[:written]))
        return written

    def _keep_cut_line(self, block: bytes) -> None:
        rest = len(block) - 1 - block.rfind(b"\n")
        if not rest:
            self._cut = (0, 0)
            return
        begin, end = self._cut
        goes_on = begin < end and rest == len(block)
        end = self.tell()
        self._cut = (begin if goes_on else end - rest, end)

    def _take_back_cut_line(self) -> None:
        """Unless something has been written behind it since."""
        begin, end = self._cut
        with suppress(OSError):
            if begin < end and os.fstat(self.fileno()).st_size == end:
                os.ftruncate(self.fileno(), begin)

    def finish(self) -> None:
        """Some file systems say only at a close that there was no room for what they had taken."""
        try:
            os.close(os.dup(self.fileno()))
        except OSError as error:
            if self.failure is None and error.errno != errno.EMFILE:
                self._failed(error)

    def _failed(self, error: OSError) -> OutputError | ClosedOutput:
        if error.errno in _READER_GONE:
            self.failure = ClosedOutput()
        else:
            reason = error.strerror or error
            self.failure = OutputError(f"stdout can't be written to: {reason}", hint=next_step(error))
        return self.failure


class Stderr(_Stream):
    """What can't be written is dropped."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def open_streams() -> None:
    """Puts these in the place of Python's own streams, with their encodings.

    Python has None for a stream that was closed from the start (`>&-`): nobody reads it, nothing comes. Its
    number is taken by the null device, for the processes to be started too, lest a connection be opened under
    it. A letter that a stream's encoding does not have is written as an escape, and bytes that it can't read
    are read as the sign for that: neither ends a command.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            _open_null(number)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    cast("TextIOWrapper", sys.stdin).reconfigure(errors="replace")
    sys.stdout = _text(Stdout(1), cast("TextIOWrapper", sys.stdout))
    sys.stderr = _text(Stderr(2), cast("TextIOWrapper", sys.stderr))


def _open_null(number: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    if null == number:
        os.set_inheritable(number, True)
    else:
        os.dup2(null, number)
        os.close(null)


def _text(raw: FileIO, before: TextIOWrapper) -> TextIOWrapper:
    return TextIOWrapper(
        BufferedWriter(raw),
        encoding=before.encoding,
        errors="backslashreplace",
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


def finish_stdout() -> OutputError | None:
    """Writes out what is left; why not all has been written, None where it has, or where nobody reads it."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if not isinstance(raw, Stdout):
        return None
    with suppress(OutputError, ClosedOutput):
        sys.stdout.flush()
    raw.finish()
    return raw.failure if isinstance(raw.failure, OutputError) else None
