"""A view that is redrawn in place while a command goes on."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text
from typing_extensions import Self

from eventq.views.columns import styled, styled_line

Value = TypeVar("Value")


class LiveView(Generic[Value]):
    """Frames drawn by `draw(value, width, height)` for the terminal's size; on stderr, a screen on stdout.

    `screen`: the alternate screen, given back on exit. `transient`: the last frame is taken away on exit.
    """

    def __init__(
        self,
        draw: Callable[[Value, int, int], RenderableType],
        *,
        screen: bool = False,
        transient: bool = False,
    ) -> None:
        self._draw = draw
        # forced, or Rich would leave frames out in silence once the terminal is gone
        self._console = Console(
            file=sys.stdout if screen else sys.stderr, force_terminal=True, highlight=False
        )
        self._live = Live(console=self._console, screen=screen, transient=transient, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, value: Value) -> None:
        width, height = self._console.size
        self._live.update(self._draw(value, width, height), refresh=True)

    def note(self, text: str) -> None:
        """One line above the frame."""
        self._console.print(styled(text))


def one_line(text: str, _width: int, _height: int) -> Text:
    """A view of a single line: what a command that waits is waiting for."""
    return styled_line(text)
