"""A group of a verification: first with faults, then without, until everything is processed."""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from eventq.commands.consume.copies import check_target, end_transactions
from eventq.commands.consume.launch import launcher
from eventq.commands.consume.output import ConsumeOutput
from eventq.commands.consume.store import stored_positions, with_store
from eventq.commands.options import Shared
from eventq.commands.output import redrawable
from eventq.commands.verify.stopping import Stopping
from eventq.core.consume.injection import NO_FAULTS
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.report import ConsumeReport
from eventq.core.outcome import Outcome
from eventq.core.verify.verification import Faulted
from eventq.loops.clock import SystemClock
from eventq.loops.consume.parent import ConsumeParent
from eventq.loops.consume.queue_depth import UnknownQueueDepth
from eventq.loops.produce.parent import WorkerPool
from eventq.loops.verify.load import Load, pinned

if TYPE_CHECKING:
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin

_FAULT_SECONDS = 30.0
"""So long after the last event, at most, faults go on: a group that they keep from its end must settle."""


class GroupRun:
    """`seconds`: the time for everything to be processed, from when the last event was sent."""

    def __init__(
        self, shared: Shared, stopping: Stopping, plan: GroupPlan, member: MemberPlan, seconds: float
    ) -> None:
        self._shared, self._stopping, self._seconds = shared, stopping, seconds
        self._plan, self._member = plan, member
        self._clock = SystemClock()
        self._sent_at = 0.0
        self.sent_after = 0.0
        """How long sending took, in seconds."""
        self._report: ConsumeReport | None = None

    def with_faults(self, pool: WorkerPool | None) -> None:
        """While `pool` sends, and until all of it is processed; EventqError where either fails."""
        with closing(self._admin()) as admin, closing(self._admin()) as own:
            check_target(self._member, admin)
            self._member = with_store(self._member, admin.topic_id())
            with self._output() as output:
                members = self._parent(self._plan, self._member, admin, output)
                began = self._clock.monotonic()
                load = Load(
                    members,
                    own,
                    self._clock,
                    min(self._seconds, _FAULT_SECONDS),
                    pool,
                    read_committed=self._member.read_committed,
                )
                with self._stopping.by(load.ask):
                    load.run()
                self._sent_at, self.sent_after = load.sent_at, load.sent_at - began
            self._report = members.report()
        self._stopping.check()

    def settle(self) -> bool:
        """Whether everything is processed in time."""
        left = max(0.0, self._seconds - (self._clock.monotonic() - self._sent_at))
        with closing(self._admin()) as admin, self._output() as output:
            pins = pinned(admin, read_committed=self._member.read_committed)
            plan = replace(self._plan, pins=pins, timeout=left, faults=NO_FAULTS)
            members = self._parent(plan, replace(self._member, faults=NO_FAULTS), admin, output)
            with self._stopping.by(members.ending.ask):
                outcome = members.run()
        self._stopping.check()
        if members.ending.error is not None:
            raise members.ending.error
        return outcome is Outcome.REACHED

    def _admin(self) -> "KafkaPythonClusterAdmin":
        from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin

        return KafkaPythonClusterAdmin(self._member.connection, self._plan.topic, self._plan.group)

    def _output(self) -> ConsumeOutput:
        quiet = self._shared.quiet
        return ConsumeOutput(live=not quiet and redrawable(sys.stderr), quiet=quiet)

    def _parent(
        self, plan: GroupPlan, member: MemberPlan, admin: "KafkaPythonClusterAdmin", output: ConsumeOutput
    ) -> ConsumeParent:
        return ConsumeParent(
            plan,
            admin,
            launcher(member),
            self._clock,
            output,
            UnknownQueueDepth(),
            stored=stored_positions(member),
            end_transaction=end_transactions(member, admin),
        )

    def faulted(self, asked: Sequence[str]) -> Faulted:
        """What became of the faults that were asked for."""
        seed = self._plan.faults.seed if asked else None
        if self._report is None:
            return Faulted(asked, seed, (), 0)
        restarts = sum(member.restarts for member in self._report.members)
        return Faulted(asked, seed, self._report.injected, restarts)
