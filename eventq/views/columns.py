"""Rows in columns: aligned lines for a pipe, a plain grid for a terminal."""

from collections.abc import Collection, Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]], text: Collection[str]) -> list[str]:
    """A line a row under a header; the columns named in `text` to the left, numbers to the right."""
    table = [header, *rows]
    widths = [max(_cells(row[i]) for row in table) for i in range(len(header))]
    return [
        "  ".join(_pad(c, w, n in text) for c, w, n in zip(row, widths, header, strict=True)).rstrip()
        for row in table
    ]


def _pad(cell: str, width: int, left: bool) -> str:
    space = " " * (width - _cells(cell))
    return cell + space if left else space + cell


def drawn(width: int, things: "Iterable[RenderableType]") -> str:
    """For a terminal `width` cells wide, one thing below the other."""
    from rich.console import Console

    out = StringIO()
    console = Console(file=out, force_terminal=True, width=width, legacy_windows=False, highlight=False)
    for thing in things:
        console.print(thing)
    return out.getvalue()


def _cells(text: str) -> int:
    """How wide it is; only text beyond ASCII needs the tables for it."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def grid(header: Sequence[str], rows: "Iterable[Sequence[Text | str]]", text: Collection[str]) -> "Table":
    """Where a terminal is too narrow text is shortened, or wrapped where it has gaps; numbers stay whole."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in header:
        if name in text:
            table.add_column(name, overflow="ellipsis")
        else:
            table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table
