"""The entry point: how a process of eventq starts and how it ends."""

import os
import sys
from typing import NoReturn

from eventq.commands.streams import open_streams
from eventq.core.errors import ClosedOutput, OutputError

_GC_THRESHOLD = (
    50_000  # a start makes that many objects, and nearly all of them stay: looking for garbage finds none
)


def main() -> None:
    """`--version` is answered here: it is not worth the import of a whole CLI."""
    open_streams()
    if sys.argv[1:] in (["--version"], ["-V"]) and _tell_version():
        _leave(0)
    try:
        import gc

        gc.set_threshold(_GC_THRESHOLD)
        from eventq.cli import run

        code = run()
    except KeyboardInterrupt:
        code = 130  # as core.errors.ExitCode has it, which may not be there yet
    _leave(code)


def _tell_version() -> bool:
    """Whether it could be; if not, the CLI has the words for that."""
    from eventq import __version__

    try:
        sys.stdout.write(f"eventq {__version__}\n")
        sys.stdout.flush()
    except (ClosedOutput, OutputError):
        return False
    return True


def _leave(code: int) -> NoReturn:
    """Ends the process with its exit functions, but without tearing Python down around living threads.

    A client's threads may call into Python until the very end, and an interpreter that is half gone then
    crashes; it also takes a sixth of the time of a short command. What a command holds it has closed.
    """
    import atexit
    from contextlib import suppress

    atexit._run_exitfuncs()  # noqa: SLF001 - such as multiprocessing's, which ends what it started
    for stream in (sys.stdout, sys.stderr):
        with suppress(ClosedOutput, OutputError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
