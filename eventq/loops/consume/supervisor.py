"""Starts the processes of members and replaces those that die."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

from eventq.core.consume.goals import passed
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.interfaces import ClusterAdmin, ConsumeDisplay
from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.processes.child import Child

Launch: TypeAlias = Callable[[int, str], Child]
"""Starts the process of slot n under a client id."""

_MOST_DEATHS = 5


class Supervisor:
    def __init__(
        self, state: GroupState, ending: Ending, admin: ClusterAdmin, launch: Launch, display: ConsumeDisplay
    ) -> None:
        self._state, self._ending, self._admin = state, ending, admin
        self._launch, self._display = launch, display
        self._run = secrets.token_hex(4)

    def start_all(self) -> None:
        for slot in self._state.slots:
            self._start(slot)

    def _start(self, slot: MemberSlot) -> None:
        client_id = f"eventq-{self._run}-{slot.number}-{slot.restarts}"
        slot.begin(self._launch(slot.number, client_id), client_id)

    def on_exit(self, slot: MemberSlot) -> None:
        """Nothing after an orderly end; after a death the member leaves the group and a new one starts."""
        if slot.done:
            return
        member_id = slot.member_id
        if slot.pending is not None and self._was_committed(slot):
            self._state.confirm(slot)
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
        slot.deaths_in_a_row += 1
        if self._ending.stop is not None or self._state.outcome() is Outcome.REACHED:
            self._display.note(f"{died} when the run was over, not restarted")
        elif not self._state.plan.restart:
            self._display.note(f"{died}, not restarted")
            if not any(other.alive for other in self._state.slots):
                self._ending.fail(EventqError("every member has died", hint="leave out --no-restart"))
        elif slot.deaths_in_a_row >= _MOST_DEATHS:
            self._ending.fail(
                EventqError(
                    f"{died} {_MOST_DEATHS} times before it had processed anything",
                    hint="is the machine out of memory?",
                )
            )
        else:
            slot.restarts += 1
            self._start(slot)
            self._display.note(f"{died}, restarted")

    def remove_stale_members(self) -> None:
        """Whoever was stopped or killed while it joined still counts as a member: no more."""
        self._admin.remove_stale_members(f"eventq-{self._run}-")
