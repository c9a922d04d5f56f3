"""What members tell their parent, and what it does about each word; see messages.py."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume import messages as told
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import Books
from eventq.loops.consume.interfaces import Outside
from eventq.loops.consume.member_slot import Seat
from eventq.loops.processes.messages import Failed

_SAMPLES = 5


class Hearing:
    def __init__(self, books: Books, ending: Ending, clock: Clock, outside: Outside) -> None:
        self._books, self._ending, self._clock, self._outside = books, ending, clock, outside
        self._topic = books.plan.topic

    def take(self, seat: Seat, message: told.ToParent) -> None:
        self._HANDLERS[type(message)](self, seat, message)

    def _assigned(self, seat: Seat, message: told.Assigned) -> None:
        seat.join(message, ending=self._ending.stop is not None)
        self._books.generations.add(message.generation)

    def _revoked(self, seat: Seat, message: told.Revoked) -> None:
        seat.keep(message.partitions)
        self._books.quota.give_back(seat.number, message.abandoned)
        self._books.feed()
        if message.reason is not None:
            self._outside.note(
                f"member {seat.number} could not commit when its partitions were taken away "
                f"({message.reason}): {message.abandoned} events will be delivered again"
            )

    def _placed(self, seat: Seat, message: told.Placed) -> None:
        seat.skipped += message.skipped
        self._books.commit({message.partition: message.start})

    def _want(self, seat: Seat, message: told.Want) -> None:
        granted = self._books.quota.grant(seat.number, message.count)
        seat.starved = granted < message.count
        seat.send(told.Grant(granted))
        if granted and self._books.quota.left == 0:
            self._books.tell(told.Flush())

    def _lines(self, seat: Seat, message: told.Lines) -> None:
        ok = self._ending.stop is not Outcome.CLOSED and self._outside.write(message.block)
        if not ok:
            self._ending.ask(Outcome.CLOSED)
        seat.send(told.Written(ok))

    def _committing(self, seat: Seat, message: told.Committing) -> None:
        seat.pending = message

    def _settled(self, seat: Seat, message: told.Committed) -> None:
        if message.reason is None and seat.pending is not None:
            self._books.confirm(seat)
        seat.pending = None

    def _progress(self, seat: Seat, message: told.Progress) -> None:
        seat.heard(message, self._clock.monotonic())
        if self._books.at_the_end and not seat.hurried:
            for other in self._books.seats:
                other.hurried = True
            self._books.tell(told.Flush())

    def _was_reset(self, seat: Seat, message: told.WasReset) -> None:
        reset = message.reset
        seat.resets.append(reset)
        self._outside.note(
            f"{self._topic}/{reset.partition}: the group's offset {reset.from_offset} is outside the "
            f"log, it continues at {reset.to_offset} ({reset.lost} events were deleted unread)"
        )

    def _malformed(self, _seat: Seat, message: told.Malformed) -> None:
        record = message.record
        if len(self._books.samples) < _SAMPLES:
            self._books.samples.append(record)
            where = f"{self._topic}/{record.partition} at offset {record.offset}"
            self._outside.note(f"malformed event in {where}: {record.reason}")

    def _failed(self, _seat: Seat, message: Failed) -> None:
        self._ending.fail(EventqError(message.message, hint=message.hint))

    def _done(self, seat: Seat, _message: told.Done) -> None:
        seat.done = True

    _HANDLERS: ClassVar[Mapping[type, Callable[[Any, Seat, Any], None]]] = {
        told.Assigned: _assigned,
        told.Revoked: _revoked,
        told.Placed: _placed,
        told.Want: _want,
        told.Lines: _lines,
        told.Committing: _committing,
        told.Committed: _settled,
        told.Progress: _progress,
        told.WasReset: _was_reset,
        told.Malformed: _malformed,
        Failed: _failed,
        told.Done: _done,
    }
