"""Wires a consume run up, and says how it went."""

import sys
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from eventq.commands.consume.copies import check_target, end_transactions
from eventq.commands.consume.launch import check_room, launcher, prepare
from eventq.commands.consume.output import ConsumeOutput
from eventq.commands.consume.store import stored_positions, with_store
from eventq.commands.options import Shared
from eventq.commands.output import redrawable, write, write_json
from eventq.commands.signals import raise_if_stopped, stop_in_order
from eventq.core.consume.delivery import is_transactional
from eventq.core.consume.goals import pins_of
from eventq.core.consume.on_malformed import no_dead_letter_topic
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.report import ConsumeReport
from eventq.core.errors import EventqError, TimedOut
from eventq.core.kafka import Isolation
from eventq.core.lag.snapshot import Assume
from eventq.core.outcome import Outcome
from eventq.core.start import StartKind
from eventq.core.text import plural
from eventq.loops.clock import SystemClock
from eventq.loops.consume.interfaces import QueueDepth
from eventq.loops.consume.parent import ConsumeParent
from eventq.loops.consume.queue_depth import BackgroundQueueDepth, GroupAndTopic, UnknownQueueDepth

if TYPE_CHECKING:
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin


def run_and_report(
    shared: Shared, plan: GroupPlan, member: MemberPlan, output: str, *, until_end: bool
) -> None:
    """The report is printed whatever the end is; where stdout has the events it goes to stderr.

    How the run ended is told even where the report can't be.
    """
    prepare(member.client, member.sink)
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin

    with closing(KafkaPythonClusterAdmin(member.connection, plan.topic, plan.group)) as admin:
        partitions = admin.partitions()
        check_room(plan, len(partitions))
        _check_dead_letter_topic(admin, member)
        if until_end:
            ends = admin.ends(partitions, read_committed=member.read_committed)
            plan = replace(plan, pins=pins_of(admin.log_starts(partitions), ends))
        check_target(member, admin)
        member = with_store(member, admin.topic_id())
        report, outcome, error = _run(shared, plan, member, admin, len(partitions))
    try:
        _print(report, output, sys.stderr if member.events else sys.stdout)
    finally:
        raise_if_stopped(outcome)
        _judge(outcome, error, plan, report)


def _check_dead_letter_topic(admin: "KafkaPythonClusterAdmin", member: MemberPlan) -> None:
    """NotFound where there is none, before anything is consumed."""
    topic = member.on_malformed.topic
    if topic is not None and not admin.has_topic(topic):
        raise no_dead_letter_topic(topic)


_ASSUME = {StartKind.BEGINNING: Assume.EARLIEST, StartKind.END: Assume.LATEST}
_Result = tuple[ConsumeReport, Outcome, EventqError | None]


def _run(
    shared: Shared, plan: GroupPlan, member: MemberPlan, admin: "KafkaPythonClusterAdmin", partitions: int
) -> _Result:
    live = not shared.quiet and not member.events and redrawable(sys.stderr)
    with ConsumeOutput(live=live, quiet=shared.quiet) as output:
        if plan.count > partitions:
            idle = plan.count - partitions
            output.note(
                f"{plural(plan.count, 'member')} for {plural(partitions, 'partition')}: {idle} will be idle"
            )
        with _queue_depth(shared, member) as depth:
            stored = stored_positions(member)
            run = ConsumeParent(
                plan,
                admin,
                launcher(member),
                SystemClock(),
                output,
                depth,
                stored=stored,
                end_transaction=end_transactions(member, admin),
            )
            with stop_in_order(run.ending.ask):
                outcome = run.run()
    report = replace(
        run.report(),
        delivery=member.delivery.value,
        sink=None if member.sink is None else member.sink.name,
        on_malformed=member.on_malformed,
        fault_seed=plan.faults.seed if plan.faults.faults else None,
        transactional=member.sink is not None and is_transactional(member.delivery, member.sink.kind),
    )
    if report.skipped_at_start:
        output.note(
            f"started at the end: {plural(report.skipped_at_start, 'retained event')} skipped; "
            "--from-beginning reads them (in a group without commits)"
        )
    return report, outcome, run.ending.error


def _queue_depth(shared: Shared, member: MemberPlan) -> AbstractContextManager[QueueDepth]:
    if shared.quiet:
        return nullcontext(UnknownQueueDepth())
    from eventq.broker.lag.kafka_python import KafkaPythonLagReader

    isolation = Isolation.READ_COMMITTED if member.read_committed else Isolation.READ_UNCOMMITTED
    of = GroupAndTopic(member.group, member.topic, isolation, _ASSUME.get(member.start.kind))
    return BackgroundQueueDepth(lambda: KafkaPythonLagReader(member.connection), of, SystemClock())


def _print(report: ConsumeReport, output: str, to: TextIO) -> None:
    from eventq.views.consume.report import document, report_text

    if output == "json":
        write_json(document(report), to)
    else:
        write(report_text(report), to)


def _judge(outcome: Outcome, error: EventqError | None, plan: GroupPlan, report: ConsumeReport) -> None:
    """Raises what keeps the run from being what was asked for."""
    if outcome is Outcome.FAILED and error is not None:
        raise error
    if outcome is Outcome.TIMED_OUT:
        raise TimedOut(
            f"the goal was not reached within {plan.timeout:g} s: "
            f"{plural(report.tally.processed, 'event')} processed"
        )
    if outcome is Outcome.IDLE and plan.has_goal:
        raise TimedOut(f"nothing arrived for {plan.idle_timeout:g} s and the goal was not reached")
