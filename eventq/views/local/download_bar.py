"""The progress of a download as a bar on a terminal."""

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from typing_extensions import Self

from eventq.views.columns import styled
from eventq.views.local.download import beginning, waiting


class DownloadBar:
    """On stderr; taken away at the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=Console(file=sys.stderr), transient=True)
        self._task = self._progress.add_task("jars", visible=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def wait(self) -> None:
        self._progress.console.print(styled(waiting(self._what)))

    def begin(self, files: int, size: int) -> None:
        self._progress.console.print(styled(beginning(self._what, files, size)))
        self._progress.update(self._task, total=size, visible=True)

    def advance(self, size: int) -> None:
        self._progress.advance(self._task, size)

    def end(self) -> None:
        self._progress.update(self._task, visible=False)
