"""The one writer: results on stdout, notes on stderr."""

import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from eventq.commands.options import Shared
from eventq.commands.redaction import redact
from eventq.core import safe_text


def write(text: str, to: TextIO | None = None) -> None:
    """A result, on stdout unless `to` is given."""
    stream = sys.stdout if to is None else to
    stream.write(text)
    stream.flush()


def write_json(document: Any, to: TextIO | None = None) -> None:
    """A result that is one document, indented."""
    import orjson

    write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n", to)


def write_json_line(document: Any) -> None:
    """One document of a stream of them."""
    import orjson

    write(orjson.dumps(document).decode() + "\n")


def terminal_width() -> int | None:
    """Columns of the terminal that stdout is, None for a pipe or a file."""
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def say(text: str) -> None:
    """One line on stderr, without the secrets that this run knows."""
    write(f"eventq: {safe_text.line(redact(text))}\n", sys.stderr)


def say_below(lines: Iterable[str]) -> None:
    """What belongs to the line before."""
    for line in lines:
        write(f"  {safe_text.line(redact(line))}\n", sys.stderr)


def note(shared: Shared, text: str) -> None:
    """One line beside the result, unless --quiet."""
    if not shared.quiet:
        say(text)
