"""The sink of a run that copies records to a topic exactly once: one Kafka transaction a poll.

It begins with the first record of a poll, and ends before the next poll: every copy acknowledged, then the
positions under the member's place in its group as it is now, then the commit. So the broker refuses the
positions of a member that has lost its partitions meanwhile, and the copies go with them.

Whatever fails, the producer is replaced by a new one with the same transactional.id. For that the broker
first ends what the old one left; then the group's commits say what became of it, and the partitions begin
there anew.
"""

from collections.abc import Mapping

from eventq.core.clock import Clock
from eventq.core.consume.delivery import SinkPlan
from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError, StoreUnavailable
from eventq.core.transactions import TIMEOUT_SECONDS, Fenced, Outdated, leaves_doubt
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.messages import Told
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.sink import Applied
from eventq.loops.consume.transactional_producer import CopyTransactions
from eventq.loops.consume.watchdog import Watchdog
from eventq.loops.consume.work_time import WorkTime
from eventq.loops.processes.parent_pipe import ParentPipe

_GRACE_SECONDS = 5.0
"""For a call that ends with the transaction's time-out."""

_FAILURES = (StoreUnavailable, Outdated, Fenced)


class Transactions:
    def __init__(
        self,
        consumer: GroupConsumer,
        parent: ParentPipe,
        plan: MemberPlan,
        sink: SinkPlan,
        producer: CopyTransactions,
        retries: Retries,
        clock: Clock,
        crash: CrashPoints,
    ) -> None:
        self._consumer, self._parent, self._producer = consumer, parent, producer
        self._sink, self._number, self._retries = sink, plan.number, retries
        self._clock, self._crash = clock, crash
        self._time = WorkTime(plan, parent, clock)
        self._watchdog = Watchdog(TIMEOUT_SECONDS + _GRACE_SECONDS, clock, self._hangs)
        self._began: float | None = None
        self._copied: set[int] = set()
        self._undone: set[int] = set()
        self._taken_back: frozenset[int] = frozenset()
        self._why = ""
        self._failures = 0
        self._ready = self._renew()

    def _hangs(self, what: str) -> None:
        self._parent.send(Told(f"member {self._number} does not come back from {what} and is replaced"))

    def _renew(self) -> bool:
        """Whether there is a new producer; False when told to stop before there was one."""

        def open_producer() -> bool:
            try:
                with self._watchdog.over("making a producer"):
                    self._producer.open()
            except Fenced as error:
                raise self._taken(error) from error
            return True

        self._ready = self._retries.run(open_producer) is not None
        return self._ready

    def _taken(self, error: Exception) -> EventqError:
        name = self._sink.transactional_id(self._number)
        return EventqError(
            f"another producer has taken the transactional.id {name} ({error})",
            hint="runs at the same time need a --transactional-id-prefix each, or none",
        )

    def open(self, offsets: Offsets) -> Offsets:
        """They begin where the group has committed: it keeps the positions of these transactions."""
        self._undone.difference_update(offsets)
        return {}

    # a poll's records

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        if records.partition in self._undone:
            return Applied(0)
        if not self._ready:
            return Applied(0, ends=True)
        done = self._time.spend(len(records))
        if not done:
            return Applied(0, ends=True)
        if not self._copy(records.first(done), faults):
            return Applied(0)
        return Applied(done, ends=done < len(records))

    def _copy(self, records: RecordSlice, faults: Mapping[int, str]) -> bool:
        self._copied.add(records.partition)
        try:
            if self._began is None:
                self._began = self._clock.monotonic()
                self._producer.begin()
            with self._watchdog.over("producing"):
                self._producer.send(records, faults)
        except _FAILURES as error:
            self._undo(error)
            return False
        return True

    # the end of a transaction

    def commit(self, offsets: Offsets) -> str | None:
        """What lies beyond control records only, and beginnings, are commits of the group like any other."""
        if self._undone & offsets.keys():
            return self._why
        if self._began is None:
            return self._consumer.commit(offsets)
        started = self._clock.monotonic()
        try:
            self._prepare(offsets)
        except _FAILURES as error:
            self._undo(error)
            return self._why
        self._crash.pass_by(CrashPoint.BEFORE_COMMIT)
        try:
            with self._watchdog.over("committing a transaction"):
                self._producer.commit()
        except _FAILURES as error:
            if not self._settle_doubt(error, offsets):
                return self._why
        else:
            seconds = self._clock.monotonic() - started
            self._end(doubt=leaves_doubt(seconds=seconds, failed=False, troubled=self._producer.troubled))
        self._failures = 0
        return None

    def _prepare(self, offsets: Offsets) -> None:
        with self._watchdog.over("producing"):
            self._producer.settle()
        with self._watchdog.over("sending offsets to a transaction"):
            self._producer.send_offsets(offsets, self._consumer.group_metadata())

    def _end(self, *, doubt: bool) -> None:
        self._began, self._copied = None, set()
        if doubt:
            self._renew()

    def _settle_doubt(self, error: Exception, offsets: Offsets) -> bool:
        """Whether the transaction was committed although nobody said so: the group knows by then."""
        copied = self._copied
        self._undo(error)
        if not self._ready or isinstance(error, Outdated):
            return False
        known = self._consumer.look_up(sorted(offsets))
        if any(p not in known or known[p].committed != at for p, at in offsets.items()):
            return False
        self._undone -= copied
        self._taken_back = frozenset()
        return True

    def _undo(self, error: Exception) -> None:
        """Aborts by replacing the producer. EventqError where there is no sense in going on."""
        began, self._began = self._began, None
        self._undone |= self._copied
        self._taken_back = frozenset(self._undone)
        self._copied, self._why = set(), str(error)
        if isinstance(error, Fenced) and not self._timed_out(began):
            self._ready = False
            raise self._taken(error)
        if isinstance(error, StoreUnavailable):
            self._count(error)
        self._renew()

    def _timed_out(self, began: float | None) -> bool:
        """The broker itself gives up a transaction whose member was stopped for so long."""
        return began is not None and self._clock.monotonic() - began >= TIMEOUT_SECONDS

    def _count(self, error: StoreUnavailable) -> None:
        self._failures += 1
        if self._failures > self._sink.retries:
            raise self._retries.exhausted(error) from error
        self._parent.sleep_until(self._clock.monotonic() + self._sink.backoff)

    # rebalances

    def undone(self) -> frozenset[int]:
        found, self._taken_back = self._taken_back, frozenset()
        return found

    def revoking(self, _offsets: Offsets) -> Offsets:
        """Everything that was copied is committed before a poll can take partitions away."""
        return {}

    def revoked(self, partitions: tuple[int, ...]) -> None:
        self._undone.difference_update(partitions)

    def refused(self) -> set[int]:
        return set(self._undone)

    def close(self) -> None:
        self._producer.close()
