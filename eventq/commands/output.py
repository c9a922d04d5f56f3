"""The one writer: results on stdout, notes on stderr."""

import codecs
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, Protocol, TextIO

from eventq.commands.redaction import redact
from eventq.core import safe_text

_USUAL_COLUMNS = 80
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def write(text: str, to: TextIO | None = None) -> None:
    """A result, on stdout unless `to` is given."""
    stream = sys.stdout if to is None else to
    stream.write(text)
    stream.flush()


def write_json(document: Any, to: TextIO | None = None) -> None:
    """A result that is one document, indented."""
    import orjson

    _write_json(orjson.dumps(document, option=orjson.OPT_INDENT_2), to)


def write_json_line(document: Any) -> None:
    """One document of a stream of them."""
    import orjson

    _write_json(orjson.dumps(document))


def _write_json(document: bytes, to: TextIO | None = None) -> None:
    """With JSON's own escapes where the stream takes no other letters than those of its locale."""
    text, encoding = document.decode(), (sys.stdout if to is None else to).encoding
    if not text.isascii() and encoding and codecs.lookup(encoding).name != "utf-8":
        import json

        text = _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    write(text + "\n", to)


def terminal_width() -> int | None:
    """Columns of the terminal that stdout is, None for a pipe or a file."""
    return columns(sys.stdout) if sys.stdout.isatty() else None


def columns(terminal: TextIO) -> int:
    """80 where a terminal says that it has none, as one does whose size nobody has set."""
    return os.get_terminal_size(terminal.fileno()).columns or _USUAL_COLUMNS


def redrawable(stream: TextIO) -> bool:
    """Whether a live view can stand there: on a terminal, unless it is one that takes no commands."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in {"dumb", "unknown"}


def say(text: str) -> None:
    """One line on stderr, without the secrets that this run knows."""
    write(f"eventq: {safe_text.line(redact(text))}\n", sys.stderr)


def say_below(lines: Iterable[str]) -> None:
    """What belongs to the line before."""
    for line in lines:
        write(f"  {safe_text.line(redact(line))}\n", sys.stderr)


class MayBeQuiet(Protocol):
    @property
    def quiet(self) -> bool:
        """Whether notes are unwanted."""
        ...


def note(shared: MayBeQuiet, text: str) -> None:
    """One line beside the result, unless --quiet."""
    if not shared.quiet:
        say(text)
