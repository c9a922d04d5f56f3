"""The parent of a group: lets members work until the run is over, and sees them out.

It decides by what members tell over their pipes and by what its own admin reads, and holds no connection of
theirs. A goal counts as reached by what is committed, never by what is merely read.
"""

from multiprocessing import connection

from eventq.core.clock import Clock
from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.report import ConsumeReport
from eventq.core.errors import EventqError, NotFound
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import Books
from eventq.loops.consume.interfaces import GroupAdmin, Outside
from eventq.loops.consume.member_slot import Launch, Seat
from eventq.loops.consume.message_handler import Hearing
from eventq.loops.consume.supervisor import Seating
from eventq.loops.processes.messages import Stop

_TICK = 0.1
_ASK = 1.0
_SHOW = 0.25
_MISSES = 3
_FAREWELL = 15.0


class Group:
    """`ending` is where an end is asked for from outside, and where it says why it failed."""

    def __init__(
        self, plan: GroupPlan, admin: GroupAdmin, launch: Launch, clock: Clock, outside: Outside
    ) -> None:
        self._plan, self._admin, self._clock, self._outside = plan, admin, clock, outside
        self.ending = Ending()
        self._books = Books(plan, clock)
        self._hearing = Hearing(self._books, self.ending, clock, outside)
        self._seating = Seating(self._books, self.ending, admin, launch, outside)
        self._topic_id = admin.topic_id()
        self._misses = 0
        self._ask_at = self._show_at = 0.0

    def run(self) -> Outcome:
        """Until a goal, a limit or a stop; every member has left the group then."""
        self._ask()
        outcome = self._books.standing()
        try:
            if outcome is None:
                self._seating.start_all()
            while outcome is None:
                self._turn()
                self._ask()
                outcome = self.ending.stop or self._books.standing()
            self._end(outcome)
        finally:
            self._seating.kill()
        return self.ending.stop or outcome

    def report(self) -> ConsumeReport:
        """`committed` as the broker has it; as the members told if it can't be asked."""
        try:
            committed = self._admin.committed()
        except EventqError as error:
            self._outside.note(f"{error}; the report has the commits that members told of")
            committed = self._books.committed
        return self._books.report(committed)

    def _turn(self) -> None:
        pipes = {seat.pipe: seat for seat in self._books.seats if seat.pipe is not None}
        if not pipes:
            self._clock.sleep(_TICK)
        for ready in connection.wait(list(pipes), _TICK):
            self._take(next(seat for pipe, seat in pipes.items() if pipe is ready))
        now = self._clock.monotonic()
        if now >= self._show_at:
            self._show_at = now + _SHOW
            self._outside.show(self._books.now())

    def _take(self, seat: Seat) -> None:
        """All that the member has said, and its death if that is what the pipe tells."""
        try:
            while seat.pipe is not None and seat.pipe.poll():
                self._hearing.take(seat, seat.pipe.recv())
        except (EOFError, OSError):
            self._seating.bury(seat)

    def _ask(self) -> None:
        """Whether the topic is still the one that it was, and what others of the group have committed."""
        now = self._clock.monotonic()
        if now < self._ask_at:
            return
        try:
            self._recognise(self._admin.topic_id())
            if self._plan.pins is not None:
                self._books.commit(self._admin.committed())
        except EventqError:
            pass  # a broker that is away for a while; asked again
        self._ask_at = self._clock.monotonic() + _ASK

    def _recognise(self, topic_id: str | None) -> None:
        """A broker that has just come back may not know its topics yet: one miss proves nothing."""
        self._misses = self._misses + 1 if topic_id is None else 0
        topic = self._plan.topic
        if self._misses >= _MISSES:
            self.ending.fail(NotFound(f"topic {topic} was deleted while it was consumed"))
        elif topic_id not in {None, self._topic_id}:
            self.ending.fail(
                EventqError(
                    f"topic {topic} was deleted and created again while it was consumed",
                    hint="its offsets mean other events now: run it again",
                )
            )

    def _end(self, outcome: Outcome) -> None:
        self.ending.ask(outcome)
        self._books.tell(Stop())
        until = self._clock.monotonic() + _FAREWELL
        while any(seat.pipe is not None for seat in self._books.seats):
            if self._clock.monotonic() > until:
                self._outside.note(f"members that did not leave within {_FAREWELL:g} s are killed")
                self._seating.kill()
            self._turn()
        self._seating.sweep()
