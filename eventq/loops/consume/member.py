"""One member of a group: obeys its parent, takes records, commits what it processed, and tells of it."""

from eventq.core.clock import Clock
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.report import Offsets
from eventq.loops.consume.commits import MemberCommits
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.messages import (
    Assigned,
    Flush,
    MemberProgress,
    Resume,
    Revoked,
    ToMember,
)
from eventq.loops.consume.placement import Placement
from eventq.loops.consume.processing import Faults, Processing
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import ParentPipe

_MOST_RECORDS = 5000
_MOST_LINES = 100  # less than a pipe holds, so that a reader that leaves early costs little
_POLL_SECONDS = 0.1
_PROGRESS_SECONDS = 0.25


class Member:
    """Also the MemberHandler of its consumer."""

    def __init__(
        self,
        consumer: GroupConsumer,
        sink: Sink,
        parent: ParentPipe,
        plan: MemberPlan,
        faults: Faults,
        clock: Clock,
        crash: CrashPoints,
    ) -> None:
        self._consumer = consumer
        self._sink = sink
        self._parent = parent
        self._plan = plan
        self._clock = clock
        self._commits = MemberCommits(parent, sink, crash)
        self._placement = Placement(consumer, sink, parent, plan.start, self._commits, crash)
        self._processing = Processing(consumer, sink, parent, plan, faults, clock, self._commits, crash)
        self._partitions: tuple[int, ...] = ()
        self._state = "joining"
        self._assigned = False
        self._commit_at = self._progress_at = clock.monotonic()

    def run(self) -> None:
        """Until the parent says Stop or is gone."""
        most = self._plan.work.slice_of(_MOST_LINES if self._plan.events else _MOST_RECORDS)
        self._consumer.join(self)
        while not self._processing.stopping:
            for message in self._parent.arrived():
                self._obey(message)
            if not self._processing.stopping:
                self._settle()
                self._processing.process(self._consumer.poll(_POLL_SECONDS, most))
                self._keep_up()
        self._leave()

    def _obey(self, message: ToMember) -> None:
        if isinstance(message, Stop):
            self._processing.stopping = True
        elif isinstance(message, Flush):
            self._processing.flush = True
        elif isinstance(message, Resume) and self._processing.starved:
            self._processing.starved = False
            self._consumer.resume()

    def _settle(self) -> None:
        """What a rebalance left to do, now that its poll is over and no record is in hand."""
        if self._assigned and self._processing.starved:
            self._processing.starved = False  # so its parent has it too: whoever wants records asks anew
            self._consumer.resume()
        self._assigned = False
        self._placement.settle()

    def _keep_up(self) -> None:
        """Commits and reports when it is time to."""
        now = self._clock.monotonic()
        committing = self._processing.flush or now >= self._commit_at
        if committing or now >= self._progress_at:
            self._progress_at = now + _PROGRESS_SECONDS
            self._report()
        if committing:
            self._processing.flush = False
            self._commits.commit(self._consumer.positions())
            self._commit_at = self._clock.monotonic() + self._plan.commit_interval

    def _report(self) -> None:
        """Before every commit, so that whenever the member dies nothing is committed that was not counted."""
        state = "waiting" if self._processing.starved else self._state
        positions, ends = self._consumer.positions(), self._consumer.ends()
        self._parent.send(
            MemberProgress(self._processing.tally, positions, ends, self._processing.last, state)
        )

    def _leave(self) -> None:
        self._state = "leaving"
        self._report()
        self._commits.commit(self._consumer.positions())
        self._consumer.close()
        self._sink.close()

    # what the consumer tells

    def assigned(self, partitions: tuple[int, ...], member_id: str, generation: int) -> None:
        self._placement.waiting |= set(partitions) - set(self._partitions)
        self._partitions = partitions
        self._state = "consuming" if partitions else "idle"
        self._assigned = True
        self._parent.send(Assigned(partitions, member_id, generation))

    def revoking(self, positions: Offsets) -> Offsets:
        self._report()
        return self._commits.revoking(positions)

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        abandoned = self._commits.revoked(partitions, reason)
        self._placement.waiting -= set(partitions)
        self._partitions = tuple(p for p in self._partitions if p not in partitions)
        self._state = "consuming" if self._partitions else "rebalancing"
        self._parent.send(Revoked(self._partitions, abandoned, reason))
