"""One member of the group as its parent sees it: a process, its pipe, and what it has told so far.

A slot outlives its processes: a restarted member continues the counts of its slot.
"""

from dataclasses import dataclass, field

from eventq.core.consume.report import MemberNow, MemberReport, Offsets, Reset, Tally
from eventq.loops.consume.messages import Assigned, Committing, MemberProgress
from eventq.loops.processes.child import Child
from eventq.loops.processes.parent_loop import ChildSlot


@dataclass(slots=True)
class MemberSlot(ChildSlot):
    client_id: str = ""
    member_id: str | None = None
    partitions: tuple[int, ...] = ()
    last_partitions: tuple[int, ...] = ()
    state: str = "starting"
    restarts: int = 0
    ended_idle: bool = False
    ended_partitions: tuple[int, ...] = ()
    ended_processed: bool = False
    hurried: bool = False
    starved: bool = False
    pending: Committing | None = None
    progress: MemberProgress | None = None
    rebalances: int = 0
    resets: list[Reset] = field(default_factory=list)
    skipped: int = 0
    aborted_transactions: int = 0
    aborted_events: int = 0
    _before: Tally = field(default_factory=Tally)
    _rate: float | None = None
    _mark: tuple[float, int] | None = None

    def begin(self, child: Child, client_id: str) -> None:
        self.child, self.client_id = child, client_id
        self.member_id, self.pending, self.starved = None, None, False
        self.state = "starting"

    def join(self, message: Assigned, *, ending: bool = False) -> None:
        """It has its place in the group's new generation; `ending`: only because others leave before it."""
        self.member_id, self.partitions = message.member_id, message.partitions
        if not ending:
            self.last_partitions = message.partitions
        self.state = "consuming" if message.partitions else "idle"
        self.rebalances += 1
        self.starved = self.hurried = False

    def keep(self, partitions: tuple[int, ...]) -> None:
        """It gave up the others."""
        self.partitions = partitions
        self.state = "consuming" if partitions else "rebalancing"

    def ended(self) -> None:
        """Its process is gone: its counts stay, and what it was doing."""
        self.ended_idle, self.ended_partitions = self.idle, self.partitions
        self.ended_processed = self.progress is not None and self.progress.tally.processed > 0
        self._before = self.tally
        self.progress, self.partitions = None, ()
        self.state = "gone"

    @property
    def idle(self) -> bool:
        """It is in the group and has nothing to process: no partition, no quota, or no unread event."""
        return self.state in {"idle", "waiting"} or self.lag == 0

    @property
    def busy(self) -> bool:
        """It lives and has events to process, or may have."""
        return self.alive and bool(self.partitions) and not self.idle

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
        return MemberNow(
            self.number, self.pid, self.state, self.partitions, self.received, self._rate, last, self.lag
        )

    def report(self) -> MemberReport:
        return MemberReport(
            number=self.number,
            pid=self.pid,
            partitions=self.last_partitions,
            restarts=self.restarts,
            exit=self.exit,
            tally=self.tally,
            rebalances=self.rebalances,
            resets=tuple(self.resets),
            skipped_at_start=self.skipped,
            aborted_transactions=self.aborted_transactions,
            aborted_events=self.aborted_events,
        )
