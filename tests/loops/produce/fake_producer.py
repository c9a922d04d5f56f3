"""A client that takes what there is room for and acknowledges it, and a clock that moves when it is used."""

from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.report import Deliveries


class TickingClock:
    """Time passes in sleeps, and a little with each look at the clock."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds + 1_700_000_000

    def monotonic(self) -> float:
        self.seconds += 1e-6
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class FakeProducer:
    """Acknowledges in `poll` what it took; takes nothing between the moments of `closed`."""

    def __init__(
        self,
        clock: TickingClock,
        closed: tuple[float, float] = (0, 0),
        room: int = 1000,
        settlements: Settlements | None = None,
    ) -> None:
        self.deliveries = Deliveries()
        self._settlements = settlements
        self.taken: list[tuple[float, int, int]] = []
        self.deaf = False
        self.slow_to_answer = False
        self.acknowledged: list[tuple[float, int]] = []
        """When, and how many by then."""
        self._clock, self._room = clock, room
        self.ended = False
        self._closed = tuple(clock.seconds + moment for moment in closed)
        self._in_flight = 0

    def begin(self) -> None: ...

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        now = self._clock.seconds
        if self._closed[0] <= now < self._closed[1]:
            return start
        end = min(end, start + self._room)
        stamps = batch.stamps or [0] * len(batch)
        self.taken += [(now, batch.numbers[i], stamps[i] or 0) for i in range(start, end)]
        self._in_flight += end - start
        return end

    def poll(self, seconds: float) -> None:
        busy = self._in_flight and not self.deaf and not self.slow_to_answer
        self.slow_to_answer = False
        self._clock.seconds += min(seconds, 0.0005) if busy else seconds
        if busy:
            for _ in range(self._in_flight):
                self.deliveries.acknowledge(0, 0, len(self.taken))
            if self._settlements is not None:
                last = len(self.taken) - 1
                self._settlements.acked([(last + 1 - self._in_flight, last)], {})
            self.deliveries.time(1.0, self._clock.seconds, self._in_flight)
            self.acknowledged.append((self._clock.seconds, self.deliveries.acked))
            self._in_flight = 0

    def finish(self) -> None: ...

    def close(self) -> None:
        self.ended = True
        if self._in_flight:
            self.deliveries.lose("INTERRUPTED", self._in_flight)
