"""Files that grow by whole lines, whatever interrupts their writer."""

import os
from pathlib import Path

_BLOCK_BYTES = 65_536


def append_lines(fd: int, text: bytes) -> None:
    """Adds whole lines. OSError where they don't fit, as on a full disk: none of them stays."""
    size = os.fstat(fd).st_size
    try:
        while text:
            text = text[os.write(fd, text) :]
    except OSError:
        os.ftruncate(fd, size)
        raise


def end_of_lines(path: Path) -> int:
    """Where the last whole line ends: what follows was cut off."""
    at = path.stat().st_size
    with path.open("rb") as file:
        while at:
            start = max(0, at - _BLOCK_BYTES)
            file.seek(start)
            end = file.read(at - start).rfind(b"\n")
            if end >= 0:
                return start + end + 1
            at = start
    return 0
