"""One member of the group as its parent sees it: a process, its pipe, and what it has told so far.

A slot outlives its processes: a restarted member continues the counts of its slot.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from eventq.core.consume.report import MemberNow, MemberReport, Offsets, Reset, Tally
from eventq.loops.consume.messages import Assigned, Committing, MemberProgress, ToMember
from eventq.loops.processes.exits import exit_name

Launch = Callable[[int, str], tuple[BaseProcess, Connection]]
"""Starts the process of slot n under a client id; returns it and the parent's end of its pipe."""


@dataclass(slots=True)
class MemberSlot:
    number: int
    process: BaseProcess | None = None
    pipe: Connection | None = None
    client_id: str = ""
    member_id: str | None = None
    partitions: tuple[int, ...] = ()
    last_partitions: tuple[int, ...] = ()
    state: str = "starting"
    restarts: int = 0
    deaths_in_a_row: int = 0
    exit: str | int | None = None
    done: bool = False
    hurried: bool = False
    starved: bool = False
    pending: Committing | None = None
    progress: MemberProgress | None = None
    rebalances: int = 0
    resets: list[Reset] = field(default_factory=list)
    skipped: int = 0
    _before: Tally = field(default_factory=Tally)
    _rate: float | None = None
    _mark: tuple[float, int] | None = None

    def send(self, message: ToMember) -> None:
        """A member that has just died does not hear it; its death is noticed elsewhere."""
        if self.pipe is not None:
            try:
                self.pipe.send(message)
            except OSError:
                return

    def begin(self, process: BaseProcess, pipe: Connection, client_id: str) -> None:
        self.process, self.pipe, self.client_id = process, pipe, client_id
        self.member_id, self.pending, self.done, self.starved = None, None, False, False
        self.state = "starting"

    def join(self, message: Assigned, *, ending: bool = False) -> None:
        """It has its place in the group's new generation; `ending`: only because others leave before it."""
        self.member_id, self.partitions = message.member_id, message.partitions
        if not ending:
            self.last_partitions = message.partitions
        self.state = "consuming" if message.partitions else "idle"
        self.rebalances += 1
        if not message.partitions:
            self.deaths_in_a_row = 0
        self.starved = self.hurried = False

    def keep(self, partitions: tuple[int, ...]) -> None:
        """It gave up the others."""
        self.partitions = partitions
        self.state = "consuming" if partitions else "rebalancing"

    def end(self) -> None:
        """Its process is gone: names how it ended and keeps its counts."""
        if self.process is not None:
            self.process.join()
            self.exit = exit_name(self.process.exitcode)
        if self.pipe is not None:
            self.pipe.close()
        self._before = self.tally
        self.pipe, self.progress, self.partitions = None, None, ()
        self.state = "gone"

    @property
    def tally(self) -> Tally:
        total = Tally()
        total.add(self._before)
        if self.progress is not None:
            total.add(self.progress.tally)
        return total

    @property
    def received(self) -> int:
        return self._before.received + (self.progress.tally.received if self.progress is not None else 0)

    @property
    def processed(self) -> int:
        return self._before.processed + (self.progress.tally.processed if self.progress is not None else 0)

    @property
    def malformed(self) -> int:
        return self._before.malformed + (self.progress.tally.malformed if self.progress is not None else 0)

    def heard(self, progress: MemberProgress, now: float) -> None:
        self.progress = progress
        self.state = progress.state
        if progress.tally.processed:
            self.deaths_in_a_row = 0
        processed = self.processed
        if self._mark is None or now - self._mark[0] >= 1:
            if self._mark is not None:
                self._rate = (processed - self._mark[1]) / (now - self._mark[0])
            self._mark = (now, processed)

    @property
    def positions(self) -> Offsets:
        return self.progress.positions if self.progress is not None else {}

    @property
    def lag(self) -> int | None:
        if self.progress is None or not self.partitions:
            return None
        at, ends = self.progress.positions, self.progress.ends
        known = [max(0, ends[p] - at[p]) for p in self.partitions if p in ends and p in at]
        return sum(known) if len(known) == len(self.partitions) else None

    def now(self) -> MemberNow:
        last = self.progress.last if self.progress is not None else None
        pid = self.process.pid if self.process is not None else None
        return MemberNow(
            self.number, pid, self.state, self.partitions, self.received, self._rate, last, self.lag
        )

    def report(self) -> MemberReport:
        return MemberReport(
            number=self.number,
            pid=self.process.pid if self.process is not None else None,
            partitions=self.last_partitions,
            restarts=self.restarts,
            exit=self.exit,
            tally=self.tally,
            rebalances=self.rebalances,
            resets=tuple(self.resets),
            skipped_at_start=self.skipped,
        )
