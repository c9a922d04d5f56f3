"""Members that come and go: started, buried, replaced, and killed when nothing else helps."""

import secrets

from eventq.core.consume.goals import passed
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import Books
from eventq.loops.consume.interfaces import GroupAdmin, Outside
from eventq.loops.consume.member_slot import Launch, Seat

_DEATHS = 5


class Seating:
    def __init__(
        self, books: Books, ending: Ending, admin: GroupAdmin, launch: Launch, outside: Outside
    ) -> None:
        self._books, self._ending, self._admin = books, ending, admin
        self._launch, self._outside = launch, outside
        self._run = secrets.token_hex(4)

    def start_all(self) -> None:
        for seat in self._books.seats:
            self._start(seat)

    def _start(self, seat: Seat) -> None:
        client_id = f"eventq-{self._run}-{seat.number}-{seat.restarts}"
        process, pipe = self._launch(seat.number, client_id)
        seat.begin(process, pipe, client_id)

    def bury(self, seat: Seat) -> None:
        """After an orderly end nothing; after a death its seat in the group is given up, and taken again."""
        member_id = seat.member_id
        seat.end()
        if seat.done:
            return
        if seat.pending is not None and self._was_committed(seat):
            self._books.confirm(seat)
        self._books.quota.forget(seat.number)
        given_up = self._admin.remove(member_id, seat.client_id)
        self._books.feed()
        self._succeed(seat)
        if member_id is not None and not given_up and self._ending.stop is None:
            self._outside.note(
                f"the group still counts on member {seat.number}'s dead process: "
                "its partitions wait until its session ends"
            )

    def _was_committed(self, seat: Seat) -> bool:
        """Whether the commit that it died in has reached the broker."""
        try:
            return seat.pending is not None and passed(seat.pending.offsets, self._admin.committed())
        except EventqError:
            return False

    def _succeed(self, seat: Seat) -> None:
        died = f"member {seat.number} died ({seat.exit})"
        seat.deaths_in_a_row += 1
        if self._ending.stop is not None or self._books.standing() is Outcome.REACHED:
            self._outside.note(f"{died} when the run was over, not restarted")
        elif not self._books.plan.restart:
            self._outside.note(f"{died}, not restarted")
            if all(other.pipe is None for other in self._books.seats):
                self._ending.fail(EventqError("every member has died", hint="leave out --no-restart"))
        elif seat.deaths_in_a_row >= _DEATHS:
            self._ending.fail(
                EventqError(
                    f"{died} {_DEATHS} times before it had processed anything",
                    hint="is the machine out of memory?",
                )
            )
        else:
            seat.restarts += 1
            self._start(seat)
            self._outside.note(f"{died}, restarted")

    def sweep(self) -> None:
        """Whoever was stopped or killed while it joined still counts as a member: no more."""
        self._admin.sweep(f"eventq-{self._run}-")

    def kill(self) -> None:
        """Nothing to do but when the end was cut short or a member did not obey."""
        for seat in self._books.seats:
            if seat.process is not None and seat.pipe is not None:
                seat.process.kill()
                seat.end()
