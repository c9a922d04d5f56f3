"""The folder of a verification: its ledger, its sink, and the lock that tells others that it lives."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from eventq.core.errors import EventqError
from eventq.core.verify.leftovers import OwnFolder
from eventq.core.verify.own_names import owner_of

_LOCK = "lock"
_CLUSTER = "cluster"


class RunFolder:
    """Made with its lock; EventqError where that can't be done."""

    def __init__(self, name: str) -> None:
        self.path = Path(tempfile.gettempdir()) / name
        try:
            self.path.mkdir(mode=0o700)
            self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EventqError(
                f"{self.path} can't be made: {error.strerror}", hint="TMPDIR names another folder"
            ) from error

    def belongs_to(self, cluster: str | None) -> None:
        """So that a clean-up on another cluster leaves it alone."""
        (self.path / _CLUSTER).write_text(cluster or "", encoding="utf-8")

    def let_go(self) -> None:
        with suppress(OSError):
            os.close(self._lock)

    def remove(self) -> None:
        remove_folder(self.path)


def remove_folder(path: Path) -> None:
    """EventqError where some of it stays."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise EventqError(f"{path} can't be removed: {error.strerror}") from error


def run_folders() -> Mapping[str, OwnFolder]:
    """Of verifications on this machine, by their names. Links are none."""
    found = {}
    for path in Path(tempfile.gettempdir()).glob("eventq-verify-*"):
        if owner_of(path.name) is not None and path.is_dir() and not path.is_symlink():
            found[path.name] = OwnFolder(str(path), _is_locked(path / _LOCK), _cluster(path / _CLUSTER))
    return found


def _cluster(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") or None
    except (OSError, UnicodeDecodeError):
        return None


def _is_locked(path: Path) -> bool:
    """Also where that can't be known: it is another user's then."""
    try:
        lock = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
