"""The clusters that are kept: each in a folder, with what it is made of in cluster.json."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from eventq.core.errors import EventqError
from eventq.core.local.cluster import Cluster, from_document, to_document
from eventq.core.local.layout import Layout


class Store:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def names(self) -> list[str]:
        return sorted(path.parent.name for path in self.layout.data.glob("*/cluster.json"))

    def load(self, name: str) -> Cluster | None:
        """None where none is kept under that name; EventqError for a file that can't be read."""
        path = self.layout.state(name)
        try:
            return from_document(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            why = error if isinstance(error, OSError) else "it is not what eventq local wrote"
            raise EventqError(
                f"{path} can't be read: {why}", hint=f"remove {path.parent}, and with it the data"
            ) from error

    def save(self, cluster: Cluster) -> None:
        """Whole or not at all."""
        path = self.layout.state(cluster.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(to_document(cluster), indent=2) + "\n", encoding="utf-8")
        part.replace(path)

    def forget(self, name: str) -> None:
        """Removes its folder, the data too; by a call that has it alone. EventqError if some is left."""
        folder = self.layout.folder(name)
        try:
            if folder.exists():
                shutil.rmtree(folder)
            self.layout.lock(name).unlink(missing_ok=True)
        except OSError as error:
            raise EventqError(f"{error.filename or folder} can't be removed: {error.strerror}") from error

    def ports(self, *, but: str) -> dict[int, str]:
        """Which cluster has which port; all but one, and without those that can't be read."""
        kept = (self._load_if_readable(name) for name in self.names() if name != but)
        return {port: each.name for each in kept if each is not None for port in each.ports}

    def _load_if_readable(self, name: str) -> Cluster | None:
        try:
            return self.load(name)
        except EventqError:
            return None

    @contextmanager
    def alone(self, name: str, tell: Callable[[str], None]) -> Iterator[None]:
        """Calls that change one cluster follow each other."""
        with self._locked(self.layout.lock(name), lambda: tell(f"waiting for another call about {name!r}")):
            yield

    @contextmanager
    def choosing_ports(self) -> Iterator[None]:
        """Two calls must not choose the same ones: the choice is saved before this is left."""
        with self._locked(self.layout.data / "ports.lock", lambda: None):
            yield

    @contextmanager
    def _locked(self, path: Path, waiting: Callable[[], None]) -> Iterator[None]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = _hold(path, waiting)
        except OSError as error:
            raise EventqError(
                f"{path.parent} can't be used: {error.strerror}", hint="--dir names another folder"
            ) from error
        with lock:
            yield


def _hold(path: Path, waiting: Callable[[], None]) -> TextIO:
    """The file, open and locked; not one that was removed by the call before."""
    while True:
        lock = path.open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(path.stat(), os.fstat(lock.fileno())):
            return lock
        lock.close()
