"""The sink of a run that only simulates: an event takes its time, can be printed, and leaves nothing else."""

from collections.abc import Mapping

from eventq.core.clock import Clock
from eventq.core.consume.event_line import event_lines
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.messages import EventLines, Written
from eventq.loops.consume.sink import Applied
from eventq.loops.consume.work_time import WorkTime
from eventq.loops.processes.parent_pipe import ParentPipe


class SimulatedWork:
    """Only the group remembers how far it went: at least once is what it gives."""

    def __init__(self, consumer: GroupConsumer, parent: ParentPipe, plan: MemberPlan, clock: Clock) -> None:
        self._consumer = consumer
        self._parent = parent
        self._plan = plan
        self._time = WorkTime(plan, parent, clock)

    def open(self, _offsets: Offsets) -> Offsets:
        return {}

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        done = self._time.spend(len(records))
        if self._plan.events and not self._print(records.first(done), frozenset(faults)):
            return Applied(0, ends=True)
        return Applied(done, ends=done < len(records))

    def _print(self, records: RecordSlice, malformed: frozenset[int]) -> bool:
        """Whether somebody read the lines; records that are all malformed have none."""
        block = event_lines(self._plan.topic, records, malformed)
        if not block:
            return True
        self._parent.send(EventLines(block, len(records)))
        return self._parent.answer(Written, Written(ok=False)).ok

    def commit(self, offsets: Offsets) -> str | None:
        return self._consumer.commit(offsets)

    def revoking(self, offsets: Offsets) -> Offsets:
        return offsets

    def revoked(self, partitions: tuple[int, ...]) -> None: ...

    def refused(self) -> set[int]:
        return set()

    def undone(self) -> frozenset[int]:
        return frozenset()

    def close(self) -> None: ...
