"""One worker of a produce run: hands over every event that is due, and waits for the next.

The loop is open: a late event goes out at once and its slip is recorded, the schedule never moves. What the
client has no room for waits here, one batch of it, so that memory is bounded and backpressure shows as slip.
"""

from collections.abc import Mapping
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.stage_counter import StageCounter
from eventq.core.produce.stage_report import StageOffered
from eventq.core.produce.stages import NANO
from eventq.loops.produce.batches import DueBatches, Feed, Identities
from eventq.loops.produce.gate import Gate, OpenGate
from eventq.loops.produce.ledger import Ledger, NoLedger
from eventq.loops.produce.start import ClockStart, start_now

_SLEEP_SECONDS = 0.0005
_BUSY_WAIT_SECONDS = 0.005
_GATE_SECONDS = 0.005
_POLL_SECONDS = 0.1
_FLUSH_SECONDS = 10.0


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
        gate: Gate | None = None,
    ) -> None:
        self._schedule, self._feed, self._producer = schedule, feed, producer
        gate = gate or OpenGate()
        self._tell_seconds = gate.tell_seconds
        self._clock, self._display = clock, display
        self._ledger = ledger or NoLedger()
        self.offered = Offered()
        self._batches = DueBatches(schedule, feed, clock, self.offered, self._ledger, identities, gate)
        self._stages = StageCounter(schedule, self.offered.slip_ms)
        self.start = ClockStart(0.0, 0)
        self.end = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None
        self._batch: EventBatch | None = None
        self._from = 0
        self._show_at = 0.0
        self._dry = False

    def ask(self, outcome: Outcome) -> None:
        """Asks the run to end in order; the first reason counts."""
        self.stop = self.stop or outcome

    @property
    def stages(self) -> Mapping[int, StageOffered]:
        """What was offered of each stage, by their places."""
        return self._stages.stages

    @property
    def deliveries(self) -> Deliveries:
        return self._producer.deliveries

    def run(self, start: ClockStart | None = None) -> Outcome:
        """Until the schedule's end or a stop."""
        self.start = start or start_now(self._clock)
        try:
            self._wait_for_start()
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
            self._stages.collect()
        self.end = self._clock.monotonic()
        return self.stop or Outcome.REACHED

    def _wait_for_start(self) -> None:
        """Which may be far off: a stop counts meanwhile."""
        while self.stop is None and (left := self.start.at - self._clock.monotonic()) > 0:
            if left > _POLL_SECONDS:
                self._producer.poll(min(left - _POLL_SECONDS, _POLL_SECONDS))
                self._show()
            else:
                self._clock.sleep(left)

    def _fail(self, error: EventqError) -> None:
        self.error = error
        self.ask(Outcome.FAILED)

    def _elapsed(self) -> int:
        return int((self._clock.monotonic() - self.start.at) * NANO)

    def _over(self) -> bool:
        """An unpaced run is over when its time is; a paced one sends what was due in time, however late."""
        if self._schedule.time_is_up(self._elapsed()) and (self._dry or not self._schedule.paced):
            return True
        return self._batch is None and self._batches.empty

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
        try:
            return self._batches.next(self.start)
        except EventqError as error:  # what was handed over before is still to be settled
            self._fail(error)
            return None

    def _count(self, batch: EventBatch, start: int, end: int) -> None:
        now, offered = self._clock.monotonic(), self.offered
        offered.count += end - start
        offered.bytes += batch.size(start, end)
        offered.first_at = offered.first_at or now
        offered.last_at = now
        if self._schedule.paced:
            self._stages.count(batch.numbers, start, end, now, self.start.at)

    def _wait(self) -> None:
        """For room, credit or the next due time: by the client's poll, the last millisecond by sleep."""
        if self._batches.held:
            self._producer.poll(_GATE_SECONDS)
            return
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
            self._show_at = now + self._tell_seconds
            self._stages.collect()
            self._display.show(now, self.offered, self.deliveries)
