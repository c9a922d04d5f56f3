"""Files that a command writes: whole, or as they were before."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from eventq.commands.signals import stop_at_once
from eventq.commands.streams import next_step
from eventq.core import safe_text
from eventq.core.errors import EventqError


def write_file(path: Path, content: bytes) -> None:
    """Written aside and renamed: no failure and no signal leaves a part of it, or harms an earlier file.

    A link is followed, an earlier file's permissions are kept; what is no file, such as a pipe, is written
    to. EventqError where it can't be written.
    """
    try:
        with stop_at_once():
            _write(path.resolve(), content)
    except (OSError, ValueError, RuntimeError) as error:  # a name with a NUL, a link that leads to itself
        reason = getattr(error, "strerror", None) or error
        raise EventqError(
            f"can't write {safe_text.line(str(path))}: {reason}", hint=next_step(error)
        ) from error


def _write(path: Path, content: bytes) -> None:
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(content)
        return
    aside = path.with_name(f".eventq-{os.urandom(8).hex()}")
    try:
        with aside.open("xb") as file:
            if mode is not None:
                aside.chmod(stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # the name must not come before what it names
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def _mode(path: Path) -> int | None:
    """None where there is nothing."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
