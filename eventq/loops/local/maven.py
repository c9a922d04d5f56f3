"""Where Maven on this machine gets Maven Central's jars from."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from eventq.core.errors import EventqError
from eventq.core.local.maven_settings import MavenSettings, central_mirror, parse_settings
from eventq.core.local.repository import CENTRAL, Repository, parse_repository

VARIABLE = "EVENTQ_MAVEN_REPOSITORY"


def repository(option: str | None) -> Repository:
    """Of the option, else the variable, else the mirror in Maven's settings, else Maven Central itself."""
    if option is not None:
        return parse_repository(option, "--maven-repository")
    variable = os.environ.get(VARIABLE)
    if variable:
        return parse_repository(variable, VARIABLE)
    return central_mirror(list(_settings())) or Repository(CENTRAL)


def _settings() -> Iterator[MavenSettings]:
    """The user's own, then those of the installation."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    variables = {f"env.{name}": value for name, value in os.environ.items()} | {"user.home": str(home)}
    for path in (home / ".m2" / "settings.xml", *_installed()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise EventqError(f"{path} can't be read: {error.strerror}", hint=f"or set {VARIABLE}") from error
        yield parse_settings(content, str(path), variables)


def _installed() -> Iterator[Path]:
    named = os.environ.get("M2_HOME") or os.environ.get("MAVEN_HOME")
    program = shutil.which("mvn")
    if named:
        yield Path(named, "conf", "settings.xml")
    elif program:
        yield Path(program).resolve().parents[1] / "conf" / "settings.xml"
