"""Wires a consume run up, and says how it went."""

import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from eventq.commands.consume.launch import launcher, prepare
from eventq.commands.consume.output import ConsumeOutput
from eventq.commands.options import Shared
from eventq.commands.output import redrawable, write, write_json
from eventq.commands.signals import raise_if_stopped, stop_in_order
from eventq.core.consume.delivery import SinkPlan
from eventq.core.consume.goals import pins_of
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.report import ConsumeReport
from eventq.core.errors import EventqError, StoreUnavailable, TimedOut
from eventq.core.outcome import Outcome
from eventq.core.text import plural
from eventq.loops.clock import SystemClock
from eventq.loops.consume.parent import ConsumeParent

if TYPE_CHECKING:
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin


def run_and_report(
    shared: Shared, plan: GroupPlan, member: MemberPlan, output: str, *, until_end: bool
) -> None:
    """The report is printed whatever the end is; where stdout has the events it goes to stderr."""
    prepare(member.client)
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin

    with closing(KafkaPythonClusterAdmin(member.connection, plan.topic, plan.group)) as admin:
        partitions = admin.partitions()
        if until_end:
            ends = admin.ends(partitions, read_committed=member.read_committed)
            plan = replace(plan, pins=pins_of(admin.log_starts(partitions), ends))
        member = _with_store(member, admin.topic_id())
        report, outcome, error = _run(shared, plan, member, admin, len(partitions))
    _print(report, output, sys.stderr if member.events else sys.stdout)
    raise_if_stopped(outcome)
    _judge(outcome, error, plan, report)


def _with_store(member: MemberPlan, topic_id: str | None) -> MemberPlan:
    """With the topic's id for its sink, which is looked at before any member starts."""
    if member.sink is None:
        return member
    from eventq.commands.consume.store import effect_store

    sink = replace(member.sink, topic_id=topic_id or member.topic)
    store = effect_store(member, sink)
    try:
        store.open()
    except StoreUnavailable as error:
        raise EventqError(
            f"--sink {sink.kind}:{sink.path} can't be opened: {error}",
            hint="is there such a folder, and may it be written?",
        ) from error
    finally:
        store.close()
    return replace(member, sink=sink)


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
        run = ConsumeParent(plan, admin, launcher(member), SystemClock(), output)
        with stop_in_order(run.ending.ask):
            outcome = run.run()
    report = replace(
        run.report(),
        delivery=member.delivery.value,
        sink=_sink_name(member.sink),
        fault_seed=plan.faults.seed if plan.faults.faults else None,
    )
    if report.skipped_at_start:
        output.note(
            f"started at the end: {plural(report.skipped_at_start, 'retained event')} skipped; "
            "--from-beginning reads them (in a group without commits)"
        )
    return report, outcome, run.ending.error


def _sink_name(sink: SinkPlan | None) -> str | None:
    return None if sink is None else f"{sink.kind}:{sink.path}"


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
