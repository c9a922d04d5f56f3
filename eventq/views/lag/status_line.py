"""One line on stderr that is redrawn in place: what a command that waits is waiting for."""

import sys
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text
from typing_extensions import Self


class StatusLine:
    """Gone when left, so that the result stands alone."""

    def __init__(self) -> None:
        self._live = Live(console=Console(file=sys.stderr), auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, text: str) -> None:
        self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)
