"""What views are made of: aligned lines for a pipe, a grid for a terminal, CSV; foreign text safe in each."""

from collections.abc import Collection, Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, TypeAlias

from eventq.core import safe_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]], text: Collection[str]) -> list[str]:
    """A line a row under a header; the columns named in `text` to the left, numbers to the right."""
    table = [header, *([safe_text.line(cell) for cell in row] for row in rows)]
    widths = [max(_cells(row[i]) for row in table) for i in range(len(header))]
    return [
        "  ".join(_pad(c, w, n in text) for c, w, n in zip(row, widths, header, strict=True)).rstrip()
        for row in table
    ]


def _pad(cell: str, width: int, left: bool) -> str:
    space = " " * (width - _cells(cell))
    return cell + space if left else space + cell


def _cells(text: str) -> int:
    """How wide it is; only text beyond ASCII needs the tables for it."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def joined(lines: Iterable[str]) -> str:
    """Lines for a pipe, each of which stays one."""
    return "".join(f"{safe_text.line(line)}\n" for line in lines)


def digits(value: int | None) -> str:
    """For a pipe, without thousands separators."""
    return "-" if value is None else str(value)


Field: TypeAlias = str | float | None
"""Of CSV."""


def rows_of_csv(header: Sequence[str], rows: Iterable[Sequence[Field]]) -> str:
    """An unknown value is an empty field."""
    import csv

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe_text.csv(field) if isinstance(field, str) else field for field in row])
    return out.getvalue()


def drawn(width: int, things: "Iterable[RenderableType]", *, color: bool = True) -> str:
    """For a terminal `width` cells wide, one thing below the other."""
    from rich.console import Console

    out = StringIO()
    # a height as well: with a width alone Rich takes 80 columns where TERM is dumb
    console = Console(
        file=out, force_terminal=color, width=width, height=1, legacy_windows=False, highlight=False
    )
    for thing in things:
        console.print(styled(thing) if isinstance(thing, str) else thing)
    return out.getvalue()


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
        table.add_row(*(styled(cell) if isinstance(cell, str) else cell for cell in row))
    return table


def styled(text: str, style: str = "") -> "Text":
    """For a terminal: the text itself, in which nothing is markup."""
    from rich.text import Text

    return Text(safe_text.line(text), style=style)


def styled_line(text: str, style: str = "") -> "Text":
    """As `styled`, and cut where a terminal is too narrow."""
    found = styled(text, style)
    found.no_wrap, found.overflow = True, "ellipsis"
    return found
