"""Lets partitions begin: those that were assigned, and those whose position the log does not have."""

from eventq.core.consume.beginning import Beginning, PartitionOffsets, beginning, outside
from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.report import Offsets
from eventq.core.start import Start
from eventq.loops.consume.commits import MemberCommits
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.messages import Placed, SinkDecides, WasReset
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.parent_pipe import ParentPipe


class Placement:
    """Acts between two polls. `waiting` partitions are not read yet.

    What can't be looked up or committed just now is tried again.
    """

    def __init__(
        self,
        consumer: GroupConsumer,
        sink: Sink,
        parent: ParentPipe,
        start: Start,
        commits: MemberCommits,
        crash: CrashPoints,
    ) -> None:
        self._consumer = consumer
        self._sink = sink
        self._parent = parent
        self._start = start
        self._commits = commits
        self._crash = crash
        self.waiting: set[int] = set()
        self._refused: set[int] = set()

    def settle(self) -> None:
        refused = self._sink.refused()
        self.waiting |= self._refused & refused  # the poll in between did not take them away
        self._refused = refused
        outside_log = self._consumer.outside()
        if self.waiting or outside_log:
            self._settle(outside_log)

    def _settle(self, outside_log: Offsets) -> None:
        known = self._consumer.look_up(sorted(self.waiting | outside_log.keys()))
        begins = {
            p: outside(p, position, known[p].log_start) for p, position in outside_log.items() if p in known
        }
        begins |= self._placed({p: known[p] for p in known if p in self.waiting})
        fresh = {p: begins[p].offset for p in begins if begins[p].fresh}
        if begins and (not fresh or self._commits.begin(fresh)):
            self._begin(begins)

    def _placed(self, known: dict[int, PartitionOffsets]) -> dict[int, Beginning]:
        by_group = {p: beginning(p, self._start, found) for p, found in known.items()}
        own = self._sink.open({p: begins.offset for p, begins in by_group.items()}) if by_group else {}
        for partition, position in own.items():
            committed = known[partition].committed
            if committed is not None and committed != position:
                self._parent.send(SinkDecides(partition, committed, position))
        return {p: beginning(p, self._start, found, own.get(p)) for p, found in known.items()}

    def _begin(self, begins: dict[int, Beginning]) -> None:
        self._consumer.begin({p: found.offset for p, found in begins.items()})
        self.waiting -= begins.keys()
        self._crash.pass_by(CrashPoint.AFTER_CLAIM)
        for partition, found in begins.items():
            if found.fresh:
                self._parent.send(Placed(partition, found.offset, found.skipped))
            if found.reset is not None:
                self._parent.send(WasReset(found.reset))
