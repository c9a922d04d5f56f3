"""Starts the processes of members and replaces those that die.

A few are started in each turn of the parent's loop, so that a limit of time or a stop counts meanwhile too.
"""

import secrets
from collections.abc import Callable
from typing import TypeAlias

from eventq.core.clock import Clock
from eventq.core.consume.goals import passed
from eventq.core.consume.restarts import Death, Restarts
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.interfaces import ClusterAdmin, ConsumeDisplay
from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.processes.child import Child
from eventq.loops.processes.start_queue import StartQueue

Launch: TypeAlias = Callable[[int, str], Child]
"""Starts the process of slot n under a client id; EventqError where that can't be done."""


class Supervisor:
    def __init__(
        self,
        state: GroupState,
        ending: Ending,
        admin: ClusterAdmin,
        launch: Launch,
        clock: Clock,
        display: ConsumeDisplay,
        end_transaction: Callable[[int], None],
    ) -> None:
        self._end_transaction = end_transaction
        self._state, self._ending, self._admin = state, ending, admin
        self._launch, self._display = launch, display
        self._starts = StartQueue(clock, self._start)
        self._restarts = Restarts()
        self._run = secrets.token_hex(4)

    @property
    def behind(self) -> bool:
        """Whether a member is to be started now."""
        return self._starts.due

    def start_all(self) -> None:
        """In the turns to come."""
        for slot in self._state.slots:
            self._starts.add(slot)

    def turn(self) -> None:
        """Starts some of those that are due."""
        self._starts.turn()

    def _start(self, slot: MemberSlot) -> None:
        client_id = f"eventq-{self._run}-{slot.number}-{slot.restarts}"
        try:
            child = self._launch(slot.number, client_id)
        except EventqError as error:
            self._ending.fail(error)
        else:
            slot.begin(child, client_id)

    def on_exit(self, slot: MemberSlot) -> None:
        """Nothing after an orderly end; after a death the member leaves the group and a new one starts."""
        if slot.done:
            return
        member_id = slot.member_id
        self._end_transaction(slot.number)
        if slot.pending is not None and self._was_committed(slot):
            self._state.confirm(slot)
        self._state.count_stored(slot, slot.ended_partitions)
        self._state.quota.forget(slot.number)
        given_up = self._admin.remove(member_id, slot.client_id)
        self._state.resume_waiting()
        self._restart_or_fail(slot)
        if member_id is not None and not given_up and self._ending.stop is None:
            self._display.note(
                f"the group still includes the dead process of member {slot.number}: "
                "its partitions are not read until its session times out"
            )

    def _was_committed(self, slot: MemberSlot) -> bool:
        """Whether the commit that it died in has reached the broker."""
        try:
            return slot.pending is not None and passed(slot.pending.offsets, self._admin.committed())
        except EventqError:
            return False

    def _restart_or_fail(self, slot: MemberSlot) -> None:
        died = f"member {slot.number} died ({slot.exit})"
        if self._ending.stop is not None or self._state.outcome() is Outcome.REACHED:
            self._display.note(f"{died} when the run was over, not restarted")
        elif not self._state.plan.restart:
            self._display.note(f"{died}, not restarted")
            if not self._starts and not any(other.alive for other in self._state.slots):
                self._ending.fail(EventqError("every member has died", hint="leave out --no-restart"))
        else:
            self._restart(slot, died)

    def _restart(self, slot: MemberSlot, died: str) -> None:
        busy = frozenset(other.number for other in self._state.slots if other.busy)
        death = Death(slot.number, slot.ended_processed, slot.ended_idle, self._state.progress, busy)
        delay = self._restarts.delay(death)
        if delay is None:
            times = self._restarts.in_vain(slot.number)
            self._ending.fail(
                EventqError(
                    f"{died} {times} times, and no member of the group has processed anything new meanwhile",
                    hint="is the machine out of memory? what the member printed before it died stands above",
                )
            )
            return
        slot.restarts += 1
        slot.state = "restarting"
        self._starts.add(slot, delay)
        self._display.note(f"{died}, restarted" + (f" in {delay:.1f} s" if delay else ""))

    def remove_stale_members(self) -> None:
        """Whoever was stopped or killed while it joined still counts as a member: no more."""
        self._admin.remove_stale_members(f"eventq-{self._run}-")
