"""The parent of a group: lets members work until the run is over, and sees them out.

It decides by what members tell over their pipes and by what its own admin reads, and holds no connection of
theirs. A goal counts as reached by what is committed, never by what is merely read.
"""

from collections.abc import Callable

from eventq.core.clock import Clock
from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.report import ConsumeReport, Offsets
from eventq.core.errors import EventqError, NotFound
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.fault_injector import FaultInjector
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.interfaces import ClusterAdmin, ConsumeDisplay, QueueDepth
from eventq.loops.consume.message_handler import MessageHandler
from eventq.loops.consume.supervisor import Launch, Supervisor
from eventq.loops.processes import forkserver
from eventq.loops.processes.parent_loop import ParentLoop, Wait

_WAIT_SECONDS = 0.1
_ASK_SECONDS = 1.0
_SHOW_SECONDS = 0.25
_MOST_MISSES = 3
_LEAVE_SECONDS = 15.0


def _no_transaction(_number: int) -> None: ...


class ConsumeParent:
    """`stored` asks for positions that a sink keeps; `end_transaction` ends what member n left open when it
    died, and raises nothing. `ending` is where an end is asked for from outside, and where it
    says why it failed.
    """

    def __init__(
        self,
        plan: GroupPlan,
        admin: ClusterAdmin,
        launch: Launch,
        clock: Clock,
        display: ConsumeDisplay,
        depth: QueueDepth,
        wait: Wait = forkserver.wait,
        stored: Callable[[], Offsets] = dict,
        end_transaction: Callable[[int], None] = _no_transaction,
    ) -> None:
        self._plan, self._admin, self._clock = plan, admin, clock
        self._display, self._depth = display, depth
        self.ending = Ending()
        self._state = GroupState(plan, clock, stored)
        self._injector = FaultInjector(plan.faults, self._state, clock)
        handler = MessageHandler(self._state, self.ending, display)
        self._supervisor = Supervisor(
            self._state, self.ending, admin, launch, clock, display, end_transaction
        )
        self._loop = ParentLoop(self._state.slots, wait, handler.take, self._supervisor.on_exit)
        self._topic_id = admin.topic_id()
        self._misses = 0
        self._ask_at = self._show_at = 0.0

    def run(self) -> Outcome:
        """Until a goal, a limit or a stop; every member has left the group then."""
        self._ask()
        outcome = self._state.outcome()
        try:
            if outcome is None:
                self._supervisor.start_all()
            while outcome is None:
                self._supervisor.turn()
                self._turn(0.0 if self._supervisor.behind else _WAIT_SECONDS)
                self._injector.turn()
                self._ask()
                outcome = self.ending.stop or self._state.outcome()
            self._end(outcome)
        finally:
            self._loop.kill()
        return self.ending.stop or outcome

    def report(self) -> ConsumeReport:
        """`committed` as the broker has it; as the members told if it can't be asked."""
        try:
            committed = self._admin.committed()
        except EventqError as error:
            self._display.note(f"{error}; the report shows the commits that members reported")
            committed = self._state.committed
        return self._state.report(committed)

    def _turn(self, seconds: float) -> None:
        self._loop.turn(seconds)
        now = self._clock.monotonic()
        if now >= self._show_at:
            self._show_at = now + _SHOW_SECONDS
            self._display.show(self._state.now(self._depth.latest()))

    def _ask(self) -> None:
        """Whether the topic is still the one that it was, and what others of the group have committed."""
        now = self._clock.monotonic()
        if now < self._ask_at:
            return
        try:
            self._recognise(self._admin.topic_id())
            if self._plan.pins is not None:
                self._state.commit(self._admin.committed())
        except EventqError:
            pass  # a broker that is away for a while; asked again
        self._ask_at = self._clock.monotonic() + _ASK_SECONDS

    def _recognise(self, topic_id: str | None) -> None:
        """A broker that has just come back may not know its topics yet: one miss proves nothing."""
        self._misses = self._misses + 1 if topic_id is None else 0
        topic = self._plan.topic
        if self._misses >= _MOST_MISSES:
            self.ending.fail(NotFound(f"topic {topic} was deleted while it was consumed"))
        elif topic_id not in {None, self._topic_id}:
            self.ending.fail(
                EventqError(
                    f"topic {topic} was deleted and created again while it was consumed",
                    hint="its offsets now refer to other events: run it again",
                )
            )

    def _end(self, outcome: Outcome) -> None:
        self.ending.ask(outcome)
        self._injector.resume()
        self._loop.stop()
        until = self._clock.monotonic() + _LEAVE_SECONDS
        while self._loop.alive:
            if self._clock.monotonic() > until:
                self._display.note(f"members that did not leave within {_LEAVE_SECONDS:g} s are killed")
                self._loop.kill()
            self._turn(_WAIT_SECONDS)
        self._supervisor.remove_stale_members()
