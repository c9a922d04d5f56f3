"""The events that ledgers tell of, a byte for each, by run and worker."""

from collections.abc import Iterable

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import DROPPED, EndLine, Line, OfferLine, RunLine, SettledLine
from eventq.core.verify.acknowledged import Acknowledged
from eventq.core.verify.state import FATES


class WorkerEvents:
    """`state[k]` is what is known of event k (state.py).

    `dropped` of the failed ones were left out on purpose. `closed`: its ledger has its last line, so that no
    other events of it can be.
    """

    __slots__ = ("closed", "complete", "dropped", "run", "settled", "state", "told", "unrecorded", "worker")

    def __init__(self, run: "RunEvents", worker: int) -> None:
        self.run, self.worker = run, worker
        self.state = bytearray()
        self.told = self.closed = self.complete = False
        self.settled = self.dropped = 0
        self.unrecorded = 0
        """Seen, and beyond what is left of a ledger that has no end."""

    def _reach(self, count: int) -> None:
        if count > len(self.state):
            self.state.extend(bytes(count - len(self.state)))

    def offered(self, line: OfferLine) -> None:
        self._reach(line.to)

    def settle(self, line: SettledLine) -> None:
        for first, last in line.spans:
            self.dropped += last + 1 - first if line.why == DROPPED else 0
            self._reach(last + 1)
            self.state[first : last + 1] = bytes((FATES[line.fate],)) * (last + 1 - first)
            self.settled = max(self.settled, last + 1)

    def end(self, line: EndLine) -> None:
        """More was reserved than was offered in the end."""
        del self.state[max(line.offered, self.settled) :]
        self._reach(line.offered)
        self.closed, self.complete = True, line.complete


class RunEvents:
    """One run; `file` is where its ledger begins."""

    __slots__ = ("file", "line", "workers")

    def __init__(self, line: RunLine, file: str) -> None:
        self.line, self.file = line, file
        self.workers = [WorkerEvents(self, worker) for worker in range(line.workers)]

    @property
    def name(self) -> str:
        return self.line.run

    @property
    def complete(self) -> bool:
        """Whether every worker's ledger is whole, and everything in it settled."""
        return all(events.complete for events in self.workers)


class Runs:
    """Filled by `add`, in the order of the ledgers' lines."""

    def __init__(self) -> None:
        self.by_name: dict[str, RunEvents] = {}
        self.acknowledged = Acknowledged()

    @property
    def workers(self) -> Iterable[WorkerEvents]:
        return (events for run in self.by_name.values() for events in run.workers)

    @property
    def complete(self) -> bool:
        return all(run.complete for run in self.by_name.values())

    def begin(self, line: RunLine, file: str) -> WorkerEvents:
        """The events that the lines after this one tell of."""
        run = self.by_name.setdefault(line.run, RunEvents(line, file))
        if line.worker >= len(run.workers):
            raise UsageError(f"{file}: worker {line.worker} of {line.workers} of run {line.run}")
        events = run.workers[line.worker]
        if events.told:
            raise UsageError(
                f"{file}: worker {line.worker} of run {line.run} is in another ledger too",
                hint="give each ledger once, and one per producer",
            )
        events.told = True
        return events

    def add(self, events: WorkerEvents, line: Line) -> None:
        if isinstance(line, OfferLine):
            events.offered(line)
        elif isinstance(line, SettledLine):
            events.settle(line)
            self.acknowledged.add(events, line)
        elif isinstance(line, EndLine):
            events.end(line)
