"""A PostgreSQL in a temporary folder, reached by a socket there: started, and taken away again."""

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from eventq.core.errors import EventqError
from eventq.stores.private_postgresql import keeper
from eventq.stores.private_postgresql.binaries import Binaries, find_binaries

_START_SECONDS = 120.0
_LOOK_SECONDS = 0.02
_LONGEST_FOLDER = 60
"""Of a socket's path the system takes about a hundred bytes."""
_STATUS_LINE = 7
"""Of postmaster.pid, from 0."""


@contextmanager
def private_postgresql(settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The URL of an empty database; it and all in it are gone at the end, also when this process is killed.

    `settings` are the server's own. UsageError where there are no binaries, EventqError if it does not start.
    """
    server = PrivatePostgresql(settings)
    try:
        server.start()
        yield server.url
    finally:
        server.close()


class PrivatePostgresql:
    """For who wants to stop it and start it again; its folder is made at once and removed by `close`."""

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        found, self._user = find_binaries(), _unprivileged()
        self.folder = _folder()
        if self._user is not None:
            os.chown(self.folder, *self._user)
            found = _copied(found, self.folder)
        self._data, self._log = self.folder / "data", self.folder / "log"
        given = [f"{name}={value}" for name, value in settings.items()]
        ours = ["listen_addresses=", f"unix_socket_directories={self.folder}"]
        self._serve = [str(found.folder / "postgres"), "-D", str(self._data)]
        self._serve += [word for setting in (*ours, *given) for word in ("-c", setting)]
        self._initialise = [str(found.folder / "initdb"), "-D", str(self._data), "-U", "postgres"]
        self._initialise += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        """It answers when this returns; EventqError, with the end of its log, if it does not start."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        commands = [self._serve] if self._data.exists() else [self._initialise, self._serve]
        plan = {
            "folder": str(self.folder),
            "log": str(self._log),
            "user": self._user,
            "commands": commands,
        }
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", keeper.__file__, json.dumps(plan)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for whoever uses it
        )
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._keeper.poll() is not None or time.monotonic() > until:
                raise EventqError(f"PostgreSQL does not start: {self._last_words()}")
            time.sleep(_LOOK_SECONDS)

    def _answers(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").split("\n")
        except OSError:
            return "it says nothing"
        return next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")

    def stop(self) -> None:
        """As a crash does: what was committed is there after the next `start`."""
        self._tell(b"keep")

    def close(self) -> None:
        self._tell(b"")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, word: bytes) -> None:
        if self._keeper is not None:
            self._keeper.communicate(word)
            self._keeper = None


def _folder() -> Path:
    """In the folder for temporary files, unless no socket, or nobody else, can be there."""
    usual = Path(tempfile.gettempdir())
    usable = len(os.fsencode(usual)) <= _LONGEST_FOLDER and (os.geteuid() != 0 or _open_to_all(usual))
    where = usual if usable else Path("/tmp")  # noqa: S108 - mkdtemp makes a folder of one's own in it
    return Path(tempfile.mkdtemp(prefix="eventq-postgresql-", dir=where))


def _open_to_all(folder: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


def _unprivileged() -> tuple[int, int] | None:
    """Whom to run the server as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _copied(found: Binaries, folder: Path) -> Binaries:
    """Where anybody may read them, and in the same places: libraries are found by relative paths."""
    if not found.needed:
        return found
    site = found.needed[0].parents[1]
    for each in found.needed:
        unused = shutil.ignore_patterns("include")
        shutil.copytree(each, folder / each.relative_to(site), symlinks=True, ignore=unused)
    return Binaries(folder / found.folder.relative_to(site))
