"""What a worker hands over next: the events that are due and that its gate lets pass, as batches."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from eventq.core.clock import Clock
from eventq.core.identity import HEADER
from eventq.core.kafka import Header
from eventq.core.produce.event_batch import EventBatch, Taken
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Offered
from eventq.core.produce.stages import NANO
from eventq.loops.produce.gate import Gate
from eventq.loops.produce.ledger import Ledger
from eventq.loops.produce.start import ClockStart

_BATCH_EVENTS = 1000
_BATCH_SECONDS = 0.0005
_BATCH_NANOSECONDS = 500_000

Identities: TypeAlias = Callable[[int, int], Sequence[bytes]]
"""What headers say of so many events from a sequence number on."""


class Feed(Protocol):
    """Where events come from; OSError where they can't be read. Times are in seconds."""

    def wait(self, seconds: float) -> bool:
        """Until there may be an event, or for `seconds`; False if none came."""
        ...

    @property
    def head(self) -> int | None:
        """The next event's number is this or, while it is not known yet, a later one; None after the last."""
        ...

    def numbers(self, before: int | None, most: int) -> Sequence[int]:
        """Of the next events those with numbers below `before`; they may be fewer than there are, or none."""
        ...

    def take(self, stamps: Sequence[int]) -> Taken:
        """The next events, one for each stamp (epoch milliseconds); EventqError for what can't be sent."""
        ...


class DueBatches:
    """`held`: the gate lets nothing pass.

    Without `identities` no header says which event each is.
    """

    def __init__(
        self,
        schedule: Schedule,
        feed: Feed,
        clock: Clock,
        offered: Offered,
        ledger: Ledger,
        identities: Identities | None,
        gate: Gate,
    ) -> None:
        self._schedule, self._feed, self._clock = schedule, feed, clock
        self._offered, self._ledger, self._gate = offered, ledger, gate
        self._identities = identities
        self._most = min(_BATCH_EVENTS, schedule.within(_BATCH_SECONDS) or _BATCH_EVENTS)
        self._placed: deque[EventBatch] = deque()
        if gate.placer is not None:
            offered.placed = gate.placer.handed
        self._rest: EventBatch | None = None
        self.held = False

    @property
    def empty(self) -> bool:
        """No event is left."""
        return self._feed.head is None and self._rest is None and not self._placed

    def next(self, start: ClockStart) -> EventBatch | None:
        """None if nothing is due or may be handed over; EventqError of a feed that can't give what is due."""
        if self._placed:
            return self._placed.popleft()
        batch = self._rest or self._take(start)
        placer = self._gate.placer
        if batch is None or placer is None:
            return batch
        self._gate.refresh()
        found = placer.place(batch)
        for first, count in found.dropped:
            self._drop(first, count)
        self._rest = found.rest
        self._placed.extend(found.runs)
        self.held = not self._placed and self._rest is not None
        return self._placed.popleft() if self._placed else None

    def _take(self, start: ClockStart) -> EventBatch | None:
        """What is due, as far as there is credit; what is due without is dropped where that is asked for."""
        room = self._gate.room(self._offered.count)
        full = room <= 0
        self.held = full and not self._gate.drops
        if self.held:
            return None
        now = self._clock.monotonic()
        most = self._most if full else min(self._most, room)
        numbers = self._feed.numbers(self._schedule.before(int((now - start.at) * NANO)), most)
        batch = self._dated(numbers, now, start) if numbers else None
        if full and batch is not None:
            self._drop(batch.first, len(batch))
            return None
        return batch

    def _drop(self, first: int, count: int) -> None:
        self._offered.dropped += count
        self._ledger.drop(first, count)

    def _dated(self, numbers: Sequence[int], now: float, start: ClockStart) -> EventBatch:
        if not self._schedule.paced:
            return self._taken(numbers, [int(self._clock.now() * 1000)] * len(numbers), None, now)
        due = self._schedule.due(numbers[0])
        numbers = self._close_together(numbers, due)
        stamps = self._schedule.stamps(numbers, start.epoch)
        return self._taken(numbers, stamps, stamps, start.at + due / NANO)

    def _close_together(self, numbers: Sequence[int], due: int) -> Sequence[int]:
        """Without those due a batch's time later: of a batch only the first one's due time is kept."""
        latest = due + _BATCH_NANOSECONDS
        if len(numbers) == 1 or self._schedule.due(numbers[-1]) <= latest:
            return numbers
        return numbers[: bisect_left(numbers, self._schedule.before(latest) or 0)]

    def _taken(
        self, numbers: Sequence[int], made: Sequence[int], dated: Sequence[int] | None, due: float
    ) -> EventBatch:
        """Events of the times `made`, sent with those that they bring, else with `dated`."""
        taken = self._feed.take(made)
        first = self._offered.total
        return EventBatch(
            numbers,
            taken.values,
            taken.stamps or dated,
            taken.keys,
            due,
            first,
            self._headers(taken, first),
            taken.partitions,
            taken.identified,
        )

    def _headers(self, taken: Taken, first: int) -> Sequence[Sequence[Header]] | None:
        """With the one that says which event each is; one of an earlier run gives way to it."""
        if self._identities is None:
            return taken.headers
        identities = self._identities(first, len(taken.values))
        if taken.headers is None:
            return [[(HEADER, identity)] for identity in identities]
        return [
            [*(header for header in headers if header[0] != HEADER), (HEADER, identity)]
            for headers, identity in zip(taken.headers, identities, strict=True)
        ]
