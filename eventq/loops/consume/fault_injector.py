"""Kills and stops members of the group from outside, as --fault asks for, by real signals."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from random import Random

from eventq.core.clock import Clock
from eventq.core.consume.injection import FaultPlan, KillEvery, PauseAfter, PauseEvery
from eventq.core.faults import KillAfter
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.member_slot import MemberSlot

Signal = Callable[[int, int], None]


class FaultInjector:
    """What it does is kept in the state; `resume` ends every pause."""

    def __init__(self, plan: FaultPlan, state: GroupState, clock: Clock, send: Signal = os.kill) -> None:
        self._state, self._clock, self._send = state, clock, send
        self._random = Random(f"{plan.seed}/members")
        self._started = clock.monotonic()
        counted = [fault for fault in plan.faults if isinstance(fault, KillAfter | PauseAfter)]
        self._counted = sorted(counted, key=lambda fault: fault.events)
        self._due = {
            fault: self._started + fault.seconds
            for fault in plan.faults
            if isinstance(fault, KillEvery | PauseEvery)
        }
        self._paused: list[tuple[float, int]] = []

    def turn(self) -> None:
        """Does what is due. Only members that have joined are chosen, and not those that are stopped."""
        now = self._clock.monotonic()
        self._resume(now)
        if self._counted_is_due() and self._inject(self._counted[0], now):
            self._counted.pop(0)  # one in a turn: the next is not to hit whom this one has killed
        for fault, due in self._due.items():
            if now >= due and self._inject(fault, now):
                self._due[fault] = now + fault.seconds

    def _counted_is_due(self) -> bool:
        return bool(self._counted) and self._state.processed >= self._counted[0].events

    def _inject(self, fault: KillAfter | PauseAfter | KillEvery | PauseEvery, now: float) -> bool:
        if isinstance(fault, KillAfter | KillEvery):
            return self._hit("kill", signal.SIGKILL) is not None
        pid = self._hit("pause", signal.SIGSTOP)
        if pid is not None:
            self._paused.append((now + fault.length, pid))
        return pid is not None

    def _hit(self, what: str, number: int) -> int | None:
        """The pid of the member that was chosen; None when there is none to choose."""
        slots = [slot for slot in self._state.slots if self._can_be_hit(slot)]
        if not slots:
            return None
        slot = self._random.choice(slots)
        if slot.pid is None:
            return None
        self._signal(slot.pid, number)
        self._state.inject(what, slot.number)
        return slot.pid

    def _can_be_hit(self, slot: MemberSlot) -> bool:
        return slot.alive and slot.member_id is not None and slot.pid not in {pid for _, pid in self._paused}

    def _signal(self, pid: int, number: int) -> None:
        with suppress(ProcessLookupError):
            self._send(pid, number)

    def _resume(self, now: float) -> None:
        for until, pid in self._paused:
            if now >= until:
                self._signal(pid, signal.SIGCONT)
        self._paused = [(until, pid) for until, pid in self._paused if now < until]

    def resume(self) -> None:
        """Of all members, so that they can end."""
        self._resume(float("inf"))
