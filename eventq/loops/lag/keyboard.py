"""One key at a time from a terminal, without Enter and without echo; the terminal is always restored."""

import os
import select
import sys
import termios
import tty
from contextlib import suppress
from types import TracebackType
from typing import Any

from typing_extensions import Self


class Keyboard:
    """While entered, `quit_within` waits for a `q`. Signals still come as signals (cbreak, not raw)."""

    def __init__(self) -> None:
        self._fd = sys.stdin.fileno()
        self._before: list[Any] = []

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    def quit_within(self, seconds: float) -> bool:
        """Waits `seconds`, or less if `q` is pressed or the terminal is gone: then True."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        return bool(ready) and self._read().lower() in {b"q", b""}

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, 64)
        except OSError:
            return b""
