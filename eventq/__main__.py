"""The entry point: how a process of eventq starts and how it ends."""

import os
import sys

_GC_THRESHOLD = (
    50_000  # a start makes that many objects, and nearly all of them stay: looking for garbage finds none
)


def main() -> None:
    """`--version` is answered here: it is not worth the import of a whole CLI."""
    _open_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from eventq import __version__

        sys.stdout.write(f"eventq {__version__}\n")
        return
    try:
        import gc

        gc.set_threshold(_GC_THRESHOLD)
        from eventq.cli import run

        code = run()
    except KeyboardInterrupt:
        code = 130  # as core.errors.ExitCode has it, which may not be there yet
    _leave(code)


def _open_streams() -> None:
    """Python has None for a stream that was closed from the start (`>&-`): nobody reads it, nothing comes.

    A letter that a stream's encoding does not have is written as an escape, and bytes that it can't read
    are read as the sign for that: neither ends a command.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
        getattr(sys, name).reconfigure(errors="replace" if mode == "r" else "backslashreplace")


def _leave(code: int) -> None:
    """Ends the process with its exit functions, but without tearing Python down around living threads.

    A client's threads may call into Python until the very end, and an interpreter that is half gone then
    crashes; it also takes a sixth of the time of a short command. What a command holds it has closed.
    """
    import atexit
    from contextlib import suppress

    atexit._run_exitfuncs()  # noqa: SLF001 - such as multiprocessing's, which ends what it started
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
