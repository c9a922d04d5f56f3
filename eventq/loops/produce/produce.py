"""One worker of a produce run: hands over every event that is due, and waits for the next.

The loop is open: a late event goes out at once and its slip is recorded, the schedule never moves. What the
client has no room for waits here, one batch of it, so that memory is bounded and backpressure shows as slip.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.identity import HEADER
from eventq.core.kafka import Header
from eventq.core.outcome import Outcome
from eventq.core.produce.event_batch import EventBatch, Taken
from eventq.core.produce.pacing import NANO, Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.produce.ledger import Ledger, NoLedger

_BATCH_EVENTS = 1000
_BATCH_SECONDS = 0.0005
_SLEEP_SECONDS = 0.0005
_BUSY_WAIT_SECONDS = 0.005
_POLL_SECONDS = 0.1
_FLUSH_SECONDS = 10.0
_SLIPS_PER_BATCH = 8


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


class EventProducer(Protocol):
    """A client bound to one topic; what became of events stands in `deliveries` once `poll` has seen it.

    Times are in seconds. What goes wrong with an event is counted. EventqError of `send` and `poll` where no
    further event can be sent; none is in flight then.
    """

    @property
    def deliveries(self) -> Deliveries: ...

    def begin(self) -> None:
        """Returns when the first event can go out without waiting; EventqError if that can't be."""
        ...

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        """Takes events of the batch from `start` to `end` while there is room; returns where it stopped."""
        ...

    def poll(self, seconds: float) -> None:
        """Waits up to `seconds` for something to be settled."""
        ...

    def finish(self) -> None:
        """No further event follows: what waits for more of them waits no longer."""
        ...

    def close(self) -> None:
        """What is not settled by now is given up."""
        ...


@dataclass(frozen=True, slots=True)
class ClockStart:
    """When a schedule's clock starts: the same moment by the monotonic clock and in epoch nanoseconds."""

    at: float
    epoch: int


def start_now(clock: Clock, lead: float = 0.0) -> ClockStart:
    """`lead` seconds from now, so that others can hear of it in time."""
    at, epoch = clock.monotonic(), clock.now()
    return ClockStart(at + lead, int((epoch + lead) * NANO))


class ProduceDisplay(Protocol):
    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None:
        """Called several times a second; `now` by the monotonic clock."""
        ...


class Produce:
    """One run; `ask` ends it in order. `error` is that of a feed that could not give what was due.

    Without `identities` no header says which event each is.
    """

    def __init__(
        self,
        schedule: Schedule,
        feed: Feed,
        producer: EventProducer,
        clock: Clock,
        display: ProduceDisplay,
        ledger: Ledger | None = None,
        identities: Identities | None = None,
    ) -> None:
        self._schedule, self._feed, self._producer = schedule, feed, producer
        self._clock, self._display = clock, display
        self._ledger, self._identities = ledger or NoLedger(), identities
        self.offered = Offered()
        self.start = ClockStart(0.0, 0)
        self.end = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None
        self._batch: EventBatch | None = None
        self._from = 0
        self._show_at = 0.0
        self._dry = False
        self._most = min(_BATCH_EVENTS, schedule.within(_BATCH_SECONDS) or _BATCH_EVENTS)

    def ask(self, outcome: Outcome) -> None:
        """Asks the run to end in order; the first reason counts."""
        self.stop = self.stop or outcome

    @property
    def deliveries(self) -> Deliveries:
        return self._producer.deliveries

    def run(self, start: ClockStart | None = None) -> Outcome:
        """Until the schedule's end or a stop."""
        self.start = start or start_now(self._clock)
        self._clock.sleep(max(0.0, self.start.at - self._clock.monotonic()))
        try:
            while self.stop is None and not self._over():
                if not self._offer():
                    self._wait()
                self._show()
            self._producer.finish()
            self._flush()
        except EventqError as error:
            self._fail(error)
        finally:
            self._producer.close()
        self.end = self._clock.monotonic()
        return self.stop or Outcome.REACHED

    def _fail(self, error: EventqError) -> None:
        self.error = error
        self.ask(Outcome.FAILED)

    def _elapsed(self) -> int:
        return int((self._clock.monotonic() - self.start.at) * NANO)

    def _over(self) -> bool:
        """An unpaced run is over when its time is; a paced one sends what was due in time, however late."""
        if self._schedule.time_is_up(self._elapsed()) and (self._dry or not self._schedule.paced):
            return True
        return self._batch is None and self._feed.head is None

    def _offer(self) -> bool:
        """Hands over a batch of what is due; False if nothing is, or if there was and still is no room."""
        batch = self._batch or self._next()
        if batch is None:
            return False
        if not self._ledger.allow(batch.first + len(batch)):
            self.ask(Outcome.FAILED)
            return True
        end = self._producer.send(batch, self._from, len(batch))
        if end > self._from:
            self._count(batch, self._from, end)
        self._batch, self._from = (None, 0) if end == len(batch) else (batch, end)
        settled = self.deliveries.settled
        self._producer.poll(0)
        return self._batch is None or self.deliveries.settled > settled

    def _next(self) -> EventBatch | None:
        now = self._clock.monotonic()
        numbers = self._feed.numbers(self._schedule.before(int((now - self.start.at) * NANO)), self._most)
        if not numbers:
            return None
        if not self._schedule.paced:
            return self._taken(numbers, [int(self._clock.now() * 1000)] * len(numbers), None, now)
        stamps = self._schedule.stamps(numbers, self.start.epoch)
        due = self.start.at + self._schedule.due(numbers[0]) / NANO
        return self._taken(numbers, stamps, stamps, due)

    def _taken(
        self, numbers: Sequence[int], made: Sequence[int], dated: Sequence[int] | None, due: float
    ) -> EventBatch | None:
        """Events of the times `made`, sent with those that they bring, else with `dated`."""
        try:
            taken = self._feed.take(made)
        except EventqError as error:
            self._fail(error)
            return None
        first = self.offered.count
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

    def _count(self, batch: EventBatch, start: int, end: int) -> None:
        now, offered = self._clock.monotonic(), self.offered
        offered.count += end - start
        offered.bytes += batch.size(start, end)
        offered.first_at = offered.first_at or now
        offered.last_at = now
        if not self._schedule.paced:
            return
        step = -(-(end - start) // _SLIPS_PER_BATCH)
        for i in range(start, end, step):
            due = self.start.at + self._schedule.due(batch.numbers[i]) / NANO
            offered.slip_ms.add(max(0.0, now - due) * 1000, min(step, end - i))

    def _wait(self) -> None:
        """For room, or for the next event to be due: by the client's poll, the last millisecond by sleep."""
        head = self._feed.head
        if self._batch is not None or head is None:
            self._producer.poll(_POLL_SECONDS)
            return
        left = self.start.at + self._schedule.due(head) / NANO - self._clock.monotonic()
        if left > 4 * _SLEEP_SECONDS:
            self._producer.poll(min(left - 2 * _SLEEP_SECONDS, _POLL_SECONDS))
        elif left > 0:
            self._clock.sleep(max(left, _SLEEP_SECONDS))
        else:
            self._producer.poll(0)
            busy = self.offered.count > self.deliveries.settled
            self._dry = not self._feed.wait(_BUSY_WAIT_SECONDS if busy else _POLL_SECONDS)

    def _flush(self) -> None:
        """Until everything is settled; after a stop not for ever."""
        until = None
        while self.deliveries.settled < self.offered.count:
            now = self._clock.monotonic()
            if self.stop is not None:
                until = until or now + _FLUSH_SECONDS
                if now > until:
                    return
            self._producer.poll(_POLL_SECONDS)
            self._show()

    def _show(self) -> None:
        self._ledger.keep()
        now = self._clock.monotonic()
        if now >= self._show_at:
            self._show_at = now + _POLL_SECONDS
            self._display.show(now, self.offered, self.deliveries)
