"""Reads ledgers, as often as it is asked to, always up to where they ended the first time."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from eventq.core.errors import UsageError
from eventq.core.ledger.files import ledger_file
from eventq.core.ledger.lines import Line, RunLine, UnknownVersion
from eventq.core.ledger.reading import whole_lines
from eventq.core.verify.runs import Runs, WorkerEvents
from eventq.core.verify.verifiable import verifiable_lines

VERIFIABLE = "verifiable:"


class Visitor(Protocol):
    """Is told every line of every ledger, and whose events it is about."""

    def __call__(self, events: WorkerEvents, line: Line) -> None: ...


ReadAs: TypeAlias = Callable[[str, Iterator[Line]], Iterator[Line]]


def _as_they_are(_path: str, lines: Iterator[Line]) -> Iterator[Line]:
    return lines


class Ledgers:
    """The files of `--ledger`: eventq's own, each with those of its other workers, or `verifiable:FILE`.

    UsageError for one that can't be read, has no whole line, or misses a worker's file. `read_as` makes other
    lines of those of a file.
    """

    def __init__(self, given: Sequence[str], read_as: ReadAs = _as_they_are) -> None:
        self._given = list(dict.fromkeys(given))
        self._read_as = read_as
        self._sizes: dict[str, int] = {}
        self.runs = Runs()

    def read(self) -> Runs:
        """Every line, into the state of the events."""
        later = [name for name in self._given if self._may_be_workers(name)]
        for name in [*(name for name in self._given if name not in later), *later]:
            if name.startswith(VERIFIABLE):
                self._begin(name, 0, name)
            elif name not in self._sizes:
                self._read_workers(name)
        return self.runs

    def _may_be_workers(self, name: str) -> bool:
        """Given beside `run.ledger`, `run.ledger.1` is read with it if it is that of its worker 1."""
        base, _, number = name.rpartition(".")
        return base in self._given and number.isdecimal()

    def _read_workers(self, name: str) -> None:
        """`name.1`, `name.2`… belong to it; given by name as well, as `run.ledger*` does, they count once."""
        workers = self._begin(name, 0, name)
        if not workers:
            raise UsageError(
                f"--ledger {name} has no whole line of a ledger",
                hint="eventq produce --ledger writes one; of a VerifiableProducer: verifiable:FILE",
            )
        for worker in range(1, workers):
            path = ledger_file(name, worker)
            if not Path(path).exists():
                raise UsageError(
                    f"--ledger {name}: {path} is missing, the ledger of worker {worker} of {workers}",
                    hint="without it all that this worker did would look like anything but what it was",
                )
            self._begin(path, worker, name)

    def _begin(self, path: str, worker: int, name: str) -> int:
        """The most workers that a run of the file has, 0 without a whole line."""
        workers, events = 0, None
        for line in self._lines(path):
            if isinstance(line, RunLine):
                if line.worker != worker:
                    raise UsageError(
                        f"{path} is the ledger of worker {line.worker}",
                        hint="name the file of worker 0: the others' are found beside it",
                    )
                workers = max(workers, line.workers)
                events = self.runs.begin(line, name)
            elif events is not None:
                self.runs.add(events, line)
        return workers

    def again(self, visit: Visitor) -> None:
        """Tells every line once more."""
        for path in self._sizes:
            events = None
            for line in self._lines(path):
                if isinstance(line, RunLine):
                    events = self.runs.by_name[line.run].workers[line.worker]
                elif events is not None:
                    visit(events, line)

    def _lines(self, path: str) -> Iterator[Line]:
        return self._read_as(path, self._written(path))

    def _written(self, path: str) -> Iterator[Line]:
        file = path.removeprefix(VERIFIABLE)
        try:
            size = self._sizes.setdefault(path, Path(file).stat().st_size)
            if path.startswith(VERIFIABLE):
                yield from verifiable_lines(_texts(file, size), path)
            else:
                yield from whole_lines(_texts(file, size))
        except OSError as error:
            raise UsageError(f"--ledger {path} can't be read: {error.strerror}") from error
        except UnknownVersion as error:
            raise UsageError(f"--ledger {path} is of a newer eventq: {error}") from error


def _texts(path: str, size: int) -> Iterator[bytes]:
    """The lines within the first `size` bytes, the last one perhaps cut off."""
    with Path(path).open("rb") as file:
        while size > 0 and (text := file.readline(size)):
            size -= len(text)
            yield text
