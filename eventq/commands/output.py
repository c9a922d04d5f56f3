"""Results on stdout in the format that was asked for."""

import os
import sys
from typing import Any

from eventq.commands.options import Shared
from eventq.core.errors import UsageError


def wanted(shared: Shared, *allowed: str) -> str:
    """The format asked for, text when none was; UsageError for one that the command does not have."""
    chosen = shared.output or "text"
    if chosen not in allowed:
        raise UsageError(f"no such output format here: {chosen!r}", hint=f"one of {', '.join(allowed)}")
    return chosen


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
