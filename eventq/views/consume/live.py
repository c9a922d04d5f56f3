"""The live table of a group on a terminal, redrawn in place and sized to it."""

import sys
from types import TracebackType

from rich.console import Console
from rich.live import Live

from eventq.core.consume.report import GroupNow
from eventq.views.consume.report import live_view


class ConsumeLiveView:
    """Draws on stderr, so that stdout stays the report's."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr)
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> "ConsumeLiveView":  # noqa: PYI034 - typing.Self is not in 3.10
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, now: GroupNow) -> None:
        width, height = self._console.size
        self._live.update(live_view(now, width, height), refresh=True)

    def note(self, text: str) -> None:
        """One line above the table."""
        self._console.print(text, markup=False, highlight=False)
