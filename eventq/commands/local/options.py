"""The options that every command of `eventq local` has, and the folders that they name."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.extras import require
from eventq.commands.option_fields import option
from eventq.core.errors import NotFound, UsageError
from eventq.core.local.cluster import DEFAULT_NAME, Cluster, check_name
from eventq.core.local.layout import Layout, under
from eventq.core.local.repository import parse_repository
from eventq.loops.local.store import Store

DATA, JARS, PROGRAM = "EVENTQ_LOCAL_DATA", "EVENTQ_LOCAL_JARS", "EVENTQ_LOCAL_PROGRAM"
_PANEL = "Place and output"


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is, and how much is said."""

    dir: Annotated[
        str | None,
        option(
            _PANEL, "--dir", text="Keep data and jars here (default: the user's state and cache folders)."
        ),
    ] = None
    quiet: Annotated[bool, option(_PANEL, "-q", "--quiet", text="No progress and no notes on stderr.")] = (
        False
    )
    debug: Annotated[bool, option(_PANEL, "--debug", text="Show a traceback with an error.")] = False

    def check(self) -> None:
        """Nothing excludes each other."""


Name = Annotated[str, option(_PANEL, "--name", text="Which one; several may run at once.")]
AnyName = Annotated[str | None, option(_PANEL, "--name", text="Which one (default: every one).")]
All = Annotated[bool, typer.Option("--all", help="Every one that is kept.")]
Repository = Annotated[
    str | None,
    option(
        "Jars",
        "--maven-repository",
        text="Where jars come from (EVENTQ_MAVEN_REPOSITORY; default: Maven's mirror, else Maven Central).",
    ),
]


def store_of(place: Place) -> Store:
    """--dir, else the two variables, else the user's folders."""
    program = os.environ.get(PROGRAM) or "eventq local"
    if place.dir is not None:
        return Store(_checked(under(_absolute(place.dir, "--dir"), program)))
    data, jars = (os.environ.get(variable) for variable in (DATA, JARS))
    return Store(
        _checked(
            Layout(
                _absolute(data, DATA) if data else _users("user_state_path"),
                _absolute(jars, JARS) if jars else _users("user_cache_path"),
                program,
            )
        )
    )


def check_repository(option: str | None) -> None:
    """UsageError for what is none, also where no jar has to be fetched."""
    if option is not None:
        parse_repository(option, "--maven-repository")


def _absolute(text: str, source: str) -> Path:
    if not text:
        raise UsageError(f"{source} names no folder", hint=f"such as {source} .kafka")
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111 - Path's expanduser() raises
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return path
    except OSError as error:
        raise UsageError(f"{source} {text!r:.200} can't be used: {error.strerror}") from error
    if not is_folder:
        raise UsageError(f"{source} {text!r:.200} is no folder", hint="name one, or one that can be made")
    return path


def _users(kind: str) -> Path:
    require("platformdirs", "local")
    import platformdirs

    folder: Path = getattr(platformdirs, kind)("eventq", appauthor=False)
    return folder / "local"


def _checked(layout: Layout) -> Layout:
    """Java has no way to write some folders: a comma ends one in log.dirs, a colon one on the class path."""
    for path, sign in ((layout.data, ","), (layout.jars, os.pathsep)):
        if sign in str(path):
            raise UsageError(f"Kafka can't use the folder {path}: there is a {sign!r} in its name")
    return layout


def existing(store: Store, name: str) -> Cluster:
    """NotFound if none is kept under that name."""
    cluster = store.load(check_name(name))
    if cluster is None:
        raise NotFound(f"no local Kafka is kept under the name {name!r}", hint=_there(store, name))
    return cluster


def shown(store: Store, name: str | None) -> list[Cluster]:
    """That one, or every one that is kept."""
    return [existing(store, each) for each in (store.names() if name is None else [name])]


def chosen(store: Store, name: str, *, every: bool) -> Sequence[Cluster]:
    """NotFound if none is kept under that name; UsageError if it is named along with --all."""
    if every and name != DEFAULT_NAME:
        raise UsageError("--name and --all exclude each other", hint="leave one of them out")
    return shown(store, None) if every else [existing(store, name)]


def _there(store: Store, name: str) -> str:
    names = store.names()
    return f"there are: {', '.join(names)}" if names else store.layout.command("up", name)
