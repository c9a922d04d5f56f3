"""The question before what can't be undone: asked on a terminal, a usage error where nobody can be asked."""

import sys

from eventq.commands.output import write
from eventq.core import safe_text
from eventq.core.errors import EventqError, UsageError


def require_terminal(doing: str, *, yes: bool) -> None:
    """Refuses, before any work, a question that nobody could answer."""
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"{doing} asks for confirmation, and there is no terminal", hint="--yes skips the question"
        )


def confirm(question: str, *, yes: bool) -> None:
    """Returns when the answer is yes; EventqError for any other."""
    if yes:
        return
    write(f"{safe_text.line(question)} [y/N] ", sys.stderr)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise EventqError("nothing was deleted")
