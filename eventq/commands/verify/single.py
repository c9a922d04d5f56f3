"""Carries out one verification: produce and consume with faults, settle, audit, self-test."""

from dataclasses import replace

from eventq.commands.options import Shared
from eventq.commands.verify.audit import check_junit
from eventq.commands.verify.group_audit import audit_group
from eventq.commands.verify.group_run import GroupRun
from eventq.commands.verify.options import DEFAULT_MESSAGES, NO_FAULT, VerifyOptions
from eventq.commands.verify.plans import GroupTask, group_plans, produced, sink_of, time_limit
from eventq.commands.verify.producer import prepared, producer_pool
from eventq.commands.verify.result import show_verification
from eventq.commands.verify.session import Session
from eventq.commands.verify.sinks import POSTGRESQL
from eventq.commands.verify.workspace import Workspace
from eventq.core.consume.delivery import Delivery
from eventq.core.verify.verification import Phase, Verification, default_faults


def run_verify(shared: Shared, options: VerifyOptions, output: str) -> int:
    """The exit code, after the result is shown."""
    check_junit(options.junit)
    session = Session(shared, keep=options.keep)
    found = session.run(lambda: _verified(session, options))
    found = replace(found, phases=session.phases)
    return show_verification(shared, found, session.workspace, output, options.junit, kept=options.keep)


def _verified(session: Session, options: VerifyOptions) -> Verification:
    shared, work = session.shared, session.workspace
    messages = options.messages or DEFAULT_MESSAGES
    task = _task(options, work, messages)
    limit = time_limit(options)
    sent = produced(shared, options, work, messages)
    plan, member = group_plans(shared, options, work, task, work.group())
    with session.phase("prepare"):
        wish = prepared(session, options, plan, member)
    group = GroupRun(shared, session.stopping, plan, member, limit)
    with session.phase("consume"):
        group.with_faults(producer_pool(sent, work))
    session.phases.insert(1, Phase("produce", group.sent_after))
    with session.phase("settle"):
        settled = group.settle()
    with session.phase("audit"):
        found, test = audit_group(session, member)
    with session.phase("self-test"):
        tested = test()
    return Verification(
        name=work.name,
        messages=messages,
        members=plan.count,
        partitions=wish.partitions,
        sink=POSTGRESQL if options.sink == POSTGRESQL or member.sink is None else member.sink.name,
        audit=found,
        self_test=tested,
        faults=group.faulted(task.faults),
        phases=(),
        timed_out=None if settled else limit,
    )


def _task(options: VerifyOptions, work: Workspace, messages: int) -> GroupTask:
    faults = options.fault or default_faults(messages)
    return GroupTask(
        options.delivery or Delivery.EXACTLY_ONCE,
        sink_of(options, work),
        () if faults == (NO_FAULT,) else faults,
    )
