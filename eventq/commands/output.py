"""Results on stdout notes on stderr."""

import os
import sys
from typing import Any

from eventq.commands.options import Shared


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def write_json(document: Any) -> None:
    import orjson

    write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def terminal_width() -> int | None:
    """Columns of the terminal that stdout is, None for a pipe or a file."""
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def note(shared: Shared, text: str) -> None:
    """One line beside the result, unless --quiet."""
    if not shared.quiet:
        sys.stderr.write(f"eventq: {text}\n")
        sys.stderr.flush()
