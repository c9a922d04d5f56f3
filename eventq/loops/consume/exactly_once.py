"""The sink of a run whose effects and positions move in one transaction of a store.

The store's positions count; the group's commits follow them, for lag, and are not read while the store knows
better.
"""

from collections.abc import Mapping

from eventq.core.clock import Clock
from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.loops.consume.effect_store import PositionStore
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.sink import Applied
from eventq.loops.consume.stored_effects import StoredEffects
from eventq.loops.processes.parent_pipe import ParentPipe

_STOPPED = "told to stop before the sink could be written"


class ExactlyOnce(StoredEffects):
    def __init__(
        self,
        consumer: GroupConsumer,
        parent: ParentPipe,
        plan: MemberPlan,
        store: PositionStore,
        retries: Retries,
        clock: Clock,
    ) -> None:
        super().__init__(consumer, parent, plan, store, retries, clock)
        self._positions = store
        self._claims: dict[int, Claim] = {}
        self._refused: set[int] = set()

    def open(self, offsets: Offsets) -> Offsets:
        claims = self._retries.run(lambda: self._positions.claim(offsets)) or {}
        self._claims.update(claims)
        self._refused -= claims.keys()
        return {partition: claim.next_offset for partition, claim in claims.items()}

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        if records.partition in self._refused or records.partition not in self._claims:
            return Applied(0)
        return super().apply(records, faults)

    def keep(self, records: RecordSlice, faults: Mapping[int, str]) -> bool | None:
        move = Move(records.partition, self._claims[records.partition], records.last_offset + 1)

        def write() -> bool:
            return self._was_made(move) or self._positions.write_once(records, faults, move)

        kept = self._retries.run(write)
        if kept is not None:
            self._settle([move], set() if kept else {move.partition})
        return kept

    def _was_made(self, move: Move) -> bool:
        """By an earlier try, of which no end was heard."""
        if not self._retries.failures:
            return False
        return self._positions.position(move.partition) == Claim(move.claim.epoch, move.to)

    def _settle(self, moves: list[Move], refused: set[int]) -> None:
        self._refused |= refused
        for move in moves:
            if move.partition not in refused:
                self._claims[move.partition] = Claim(move.claim.epoch, move.to)

    def commit(self, offsets: Offsets) -> str | None:
        """First the store's positions, where control records were passed, then the group's commit."""
        moves = [
            Move(partition, self._claims[partition], offset)
            for partition, offset in offsets.items()
            if partition in self._claims and offset > self._claims[partition].next_offset
        ]
        if moves:
            refused = self._retries.run(lambda: self._moved(moves))
            if refused is None:
                return _STOPPED
            self._settle(moves, refused)
        ours = self.revoking(offsets)
        return self._consumer.commit(ours) if ours else None

    def _moved(self, moves: list[Move]) -> set[int]:
        return self._positions.move([move for move in moves if not self._was_made(move)])

    def revoking(self, offsets: Offsets) -> Offsets:
        return {partition: offset for partition, offset in offsets.items() if partition not in self._refused}

    def revoked(self, partitions: tuple[int, ...]) -> None:
        for partition in partitions:
            self._claims.pop(partition, None)
            self._refused.discard(partition)

    def refused(self) -> set[int]:
        return set(self._refused)
