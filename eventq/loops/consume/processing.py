"""What happens to the records of a poll: granted, judged, given to the sink, counted; or given back.

Records in hand never outlive the slice: what was not processed (not granted, stopped, refused) is given back
by a seek, so that between two polls the consumer's position is the offset to commit. A rebalance happens
inside a poll only and so always finds that clean state.
"""

from collections.abc import Callable, Sequence

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import MOST_MALFORMED_NAMED, MalformedRecord, Tally
from eventq.loops.consume.commits import MemberCommits
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.messages import Grant, MalformedFound, Want
from eventq.loops.consume.sink import Applied, Sink
from eventq.loops.processes.messages import Failed
from eventq.loops.processes.parent_pipe import ParentPipe

Faults = Callable[[Sequence[bytes | None]], dict[int, str]]
"""What is wrong with each value that is malformed, by its index."""


class Processing:
    """`stopping` ends the member, `starved` waits for quota, `flush` asks for a commit at once."""

    def __init__(
        self,
        consumer: GroupConsumer,
        sink: Sink,
        parent: ParentPipe,
        plan: MemberPlan,
        faults: Faults,
        clock: Clock,
        commits: MemberCommits,
        crash: CrashPoints,
    ) -> None:
        self._consumer = consumer
        self._sink = sink
        self._parent = parent
        self._plan = plan
        self._faults = faults
        self._clock = clock
        self._commits = commits
        self._crash = crash
        self._samples = 0
        self.tally = Tally()
        self.last: tuple[int, int] | None = None
        self.stopping = self.starved = self.flush = False

    def process(self, slices: list[RecordSlice]) -> None:
        if not slices:
            return
        left = self._granted(sum(map(len, slices)))
        for records in slices:
            taken = min(left, len(records))
            done = 0 if self.stopping else self._handle(records.first(taken)) if taken else 0
            left -= taken
            if done < len(records):
                self._consumer.give_back(records.partition, records.offset(done))

    def _granted(self, count: int) -> int:
        if not self._plan.limited:
            return count
        self._parent.send(Want(count))
        granted = self._parent.answer(Grant, Grant(0)).count
        if granted < count:
            self.starved = self.flush = True
            self._consumer.pause()
        return granted

    def _handle(self, records: RecordSlice) -> int:
        """How many of the records were processed; whether that ends the member is in `stopping`."""
        self.tally.first_at = self.tally.first_at or self._clock.now()
        self.tally.received += len(records)
        faults = self._faults(records.values)
        refused = min(faults) if faults and self._plan.on_malformed.fails else None
        wanted = len(records) if refused is None else refused
        done, ends = self._apply(records.first(wanted), faults) if wanted else Applied(0)
        self.stopping = ends or done == refused
        if done:
            self._count(records.first(done), {i: why for i, why in faults.items() if i < done})
        if done == refused:
            self._refuse(records, refused, faults[refused])
        return done

    def _apply(self, records: RecordSlice, faults: dict[int, str]) -> Applied:
        """Under at most once only what is committed before; what could not be committed comes again."""
        if self._plan.delivery is Delivery.AT_MOST_ONCE:
            if not self._commits.commit_before(records.partition, records.last_offset + 1, len(records)):
                return Applied(0)
            self.tally.at_risk = max(self.tally.at_risk, len(records))
        if self._crash.is_due(CrashPoint.MID_BATCH):
            self._sink.apply(records.first((len(records) + 1) // 2), faults)
            self._crash.die(CrashPoint.MID_BATCH)
        return self._sink.apply(records, faults)

    def _refuse(self, records: RecordSlice, i: int, why: str) -> None:
        where = f"{self._plan.topic}/{records.partition} at offset {records.offset(i)}"
        self._parent.send(
            Failed(
                f"malformed event in {where}: {why}",
                "it is not committed; --on-malformed skip goes on without it, dead-letter keeps it elsewhere",
            )
        )

    def _count(self, records: RecordSlice, faults: dict[int, str]) -> None:
        now = self._clock.now()
        tally, partition = self.tally, records.partition
        tally.processed += len(records)
        tally.malformed += len(faults)
        tally.last_at = now
        tally.latency.add_ages(int(now * 1000), records.timestamps)
        if self._plan.delivery is not Delivery.AT_MOST_ONCE:
            self._commits.processed(partition, len(records))
        self.last = (partition, records.last_offset)
        for i, why in faults.items():
            if self._samples < MOST_MALFORMED_NAMED:
                self._samples += 1
                self._parent.send(MalformedFound(MalformedRecord(partition, records.offset(i), why)))
