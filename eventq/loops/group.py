"""The parent of a group: starts and restarts members, grants quota, writes events, and knows when it is over.

It decides by what members tell over their pipes and by what its own admin reads, and holds no connection of
theirs. A goal counts as reached by what is committed, never by what is merely read.
"""

import secrets
from collections.abc import Callable, Mapping
from multiprocessing import connection
from typing import Any, ClassVar, Protocol

from eventq.core.clock import Clock
from eventq.core.consume_plan import GroupPlan
from eventq.core.consumed import ConsumeReport, GroupNow, Offsets
from eventq.core.errors import EventqError
from eventq.core.goals import Outcome, passed
from eventq.loops import messages as told
from eventq.loops.books import Books
from eventq.loops.seat import Launch, Seat

_TICK = 0.1
_ASK = 1.0
_DEATHS = 5
_SAMPLES = 5


class GroupAdmin(Protocol):
    def committed(self) -> Offsets: ...

    def remove(self, member_id: str | None, client_id: str) -> bool: ...


class Outside(Protocol):
    """`write` writes whole lines to stdout and is False once nobody reads it."""

    def show(self, now: GroupNow) -> None: ...

    def note(self, text: str) -> None: ...

    def write(self, block: bytes) -> bool: ...


class Group:
    """`stop` is set from outside to end the run in order; `error` says why an outcome is FAILED."""

    def __init__(
        self, plan: GroupPlan, admin: GroupAdmin, launch: Launch, clock: Clock, outside: Outside
    ) -> None:
        self._plan, self._admin, self._launch, self._clock = plan, admin, launch, clock
        self._outside = outside
        self._books = Books(plan, clock)
        self._run = secrets.token_hex(4)
        self._ask_at = 0.0
        self.stop: Outcome | None = None
        self.error: EventqError | None = None

    def run(self) -> Outcome:
        """Until a goal, a limit or a stop; every member has left the group then."""
        self._ask()
        outcome = self._books.standing()
        try:
            if outcome is None:
                for seat in self._books.seats:
                    self._start(seat)
            while outcome is None:
                self._turn()
                self._ask()
                outcome = self.stop or self._books.standing()
            self._end(outcome)
        finally:
            self._kill()
        return self.stop or outcome

    def report(self) -> ConsumeReport:
        return self._books.report(self._admin.committed())

    def _turn(self) -> None:
        pipes = {seat.pipe: seat for seat in self._books.seats if seat.pipe is not None}
        if not pipes:
            self._clock.sleep(_TICK)
        for ready in connection.wait(list(pipes), _TICK):
            self._take(next(seat for pipe, seat in pipes.items() if pipe is ready))
        self._outside.show(self._books.now())

    def _take(self, seat: Seat) -> None:
        """All that the member has said, and its death if that is what the pipe tells."""
        try:
            while seat.pipe is not None and seat.pipe.poll():
                message = seat.pipe.recv()
                self._HANDLERS[type(message)](self, seat, message)
        except (EOFError, OSError):
            self._bury(seat)

    def _ask(self) -> None:
        """What the group has committed, also by others; and a hurry once all pinned ends have been read."""
        now = self._clock.monotonic()
        if self._plan.pins is None or now < self._ask_at:
            return
        self._ask_at = now + _ASK
        self._books.commit(self._admin.committed())

    # what members tell

    def _assigned(self, seat: Seat, message: told.Assigned) -> None:
        seat.join(message)
        self._books.generations.add(message.generation)

    def _revoked(self, seat: Seat, message: told.Revoked) -> None:
        seat.keep(message.partitions)
        self._books.quota.give_back(seat.number, message.abandoned)
        self._feed()
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
            self._tell(told.Flush())

    def _lines(self, seat: Seat, message: told.Lines) -> None:
        ok = self.stop is not Outcome.CLOSED and self._outside.write(message.block)
        if not ok:
            self.stop = self.stop or Outcome.CLOSED
        seat.send(told.Written(ok))

    def _committing(self, seat: Seat, message: told.Committing) -> None:
        seat.pending = message

    def _settled(self, seat: Seat, message: told.Committed) -> None:
        if message.reason is None and seat.pending is not None:
            self._confirm(seat, seat.pending)
        seat.pending = None

    def _confirm(self, seat: Seat, commit: told.Committing) -> None:
        self._books.quota.commit(seat.number, commit.covered)
        self._books.commit(commit.offsets)

    def _progress(self, seat: Seat, message: told.Progress) -> None:
        seat.heard(message, self._clock.monotonic())
        if self._books.at_the_end and not seat.hurried:
            for other in self._books.seats:
                other.hurried = True
            self._tell(told.Flush())

    def _was_reset(self, seat: Seat, message: told.WasReset) -> None:
        reset = message.reset
        seat.resets.append(reset)
        self._outside.note(
            f"{self._plan.topic}/{reset.partition}: the group's offset {reset.from_offset} is outside the "
            f"log, it continues at {reset.to_offset} ({reset.lost} events were deleted unread)"
        )

    def _malformed(self, _seat: Seat, message: told.Malformed) -> None:
        record = message.record
        if len(self._books.samples) < _SAMPLES:
            self._books.samples.append(record)
            where = f"{self._plan.topic}/{record.partition} at offset {record.offset}"
            self._outside.note(f"malformed event in {where}: {record.reason}")

    def _failed(self, _seat: Seat, message: told.Failed) -> None:
        self._fail(message.message, message.hint)

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
        told.Failed: _failed,
        told.Done: _done,
    }

    # members that come and go

    def _start(self, seat: Seat) -> None:
        client_id = f"eventq-{self._run}-{seat.number}-{seat.restarts}"
        process, pipe = self._launch(seat.number, client_id)
        seat.begin(process, pipe, client_id)

    def _bury(self, seat: Seat) -> None:
        """After an orderly end nothing; after a death its seat in the group is given up, and taken again."""
        member_id, pending = seat.member_id, seat.pending
        seat.end()
        if seat.done:
            return
        if pending is not None and passed(pending.offsets, self._admin.committed()):
            self._confirm(seat, pending)
        self._books.quota.forget(seat.number)
        self._admin.remove(member_id, seat.client_id)
        self._feed()
        self._succeed(seat)

    def _succeed(self, seat: Seat) -> None:
        died = f"member {seat.number} died ({seat.exit})"
        seat.deaths_in_a_row += 1
        if self.stop is not None or self._books.standing() is Outcome.REACHED:
            self._outside.note(f"{died} when the run was over, not restarted")
        elif not self._plan.restart:
            self._outside.note(f"{died}, not restarted")
            if all(other.pipe is None for other in self._books.seats):
                self._fail("every member has died", "leave out --no-restart")
        elif seat.deaths_in_a_row >= _DEATHS:
            self._fail(f"{died} {_DEATHS} times before it could join", "is the machine out of memory?")
        else:
            seat.restarts += 1
            self._start(seat)
            self._outside.note(f"{died}, restarted")

    def _fail(self, message: str, hint: str | None) -> None:
        self.error = self.error or EventqError(message, hint=hint)
        self.stop = Outcome.FAILED

    def _feed(self) -> None:
        """There may be quota again for those that got too little of it."""
        for seat in self._books.seats:
            if seat.starved and self._books.quota.left > 0:
                seat.starved = False
                seat.send(told.Resume())

    def _tell(self, message: told.ToMember) -> None:
        for seat in self._books.seats:
            seat.send(message)

    def _end(self, outcome: Outcome) -> None:
        self.stop = self.stop or outcome
        self._tell(told.Stop())
        while any(seat.pipe is not None for seat in self._books.seats):
            self._turn()

    def _kill(self) -> None:
        """Nothing to do but when an error or a second signal has cut the end short."""
        for seat in self._books.seats:
            if seat.process is not None and seat.pipe is not None:
                seat.process.kill()
                seat.end()
