"""The sink of a run whose effects go to a store, while the group alone remembers how far it went."""

from collections.abc import Mapping

from eventq.core.clock import Clock
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.loops.consume.effect_store import EffectStore
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.sink import Applied
from eventq.loops.consume.work_time import WorkTime
from eventq.loops.processes.parent_pipe import ParentPipe


class StoredEffects:
    """At least once where the commit comes after, at most once where it came before: see processing.py."""

    def __init__(
        self,
        consumer: GroupConsumer,
        parent: ParentPipe,
        plan: MemberPlan,
        store: EffectStore,
        retries: Retries,
        clock: Clock,
    ) -> None:
        self._consumer, self._store, self._retries = consumer, store, retries
        self._time = WorkTime(plan, parent, clock)
        retries.run(store.open)

    def open(self, _offsets: Offsets) -> Offsets:
        return {}

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        done = self._time.spend(len(records))
        if not done:
            return Applied(0, ends=True)
        kept = self.keep(records.first(done), faults)
        if kept is None:
            return Applied(0, ends=True)
        return Applied(done, ends=done < len(records)) if kept else Applied(0)

    def keep(self, records: RecordSlice, faults: Mapping[int, str]) -> bool | None:
        """Whether it is written now; None when told to stop before it was."""

        def write() -> bool:
            self._store.write(records, faults)
            return True

        return self._retries.run(write)

    def commit(self, offsets: Offsets) -> str | None:
        return self._consumer.commit(offsets)

    def revoking(self, offsets: Offsets) -> Offsets:
        return offsets

    def revoked(self, partitions: tuple[int, ...]) -> None: ...

    def refused(self) -> set[int]:
        return set()

    def undone(self) -> frozenset[int]:
        return frozenset()

    def close(self) -> None:
        self._store.close()
