"""`eventq verify --matrix`: the same events, processed by a group for each guarantee and fault."""

from dataclasses import replace
from pathlib import Path

from eventq.commands.options import Shared
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.verify.audit import check_junit
from eventq.commands.verify.group_audit import audit_group
from eventq.commands.verify.group_run import GroupRun
from eventq.commands.verify.options import MATRIX_MESSAGES, VerifyOptions
from eventq.commands.verify.plans import GroupTask, group_plans, produced, sink_of, time_limit
from eventq.commands.verify.producer import prepared, producer_pool
from eventq.commands.verify.session import Session
from eventq.commands.verify.sinks import sink_kind
from eventq.commands.whole_file import write_file
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.errors import EventqError, ExitCode, TimedOut
from eventq.core.produce.plan import ProducePlan
from eventq.core.verify.matrix import SESSION_SECONDS, Cell, Matrix, MatrixFault, matrix_faults

_WORK = "1ms"
"""So long an event takes, for a fault to find members at work."""

_COMMIT_INTERVAL = "100ms"
"""Short, for a crash around a commit to come before all is processed."""

_Plans = tuple[GroupTask, GroupPlan, MemberPlan]


def run_matrix(shared: Shared, options: VerifyOptions, output: str) -> int:
    """The exit code, after the table is shown."""
    check_junit(options.junit)
    session = Session(shared, keep=options.keep)
    found = replace(session.run(lambda: _matrix(session, options)), phases=session.phases)
    _show(found, output, options.junit)
    if options.keep:
        note(shared, f"kept: {', '.join(session.workspace.made)}")
    if found.exit_code is ExitCode.TIMED_OUT:
        raise TimedOut("some groups had not processed everything in time", hint="--timeout gives them more")
    if found.exit_code is ExitCode.ERROR:
        raise EventqError("the check can't fail, or some cells could not be judged", hint="see above")
    return int(found.exit_code)


def _matrix(session: Session, options: VerifyOptions) -> Matrix:
    messages = options.messages or MATRIX_MESSAGES
    sent = produced(session.shared, options, session.workspace, messages)
    plans = [
        (fault, _plans(session, options, fault, delivery, n * len(Delivery) + m))
        for n, fault in enumerate(matrix_faults(messages))
        for m, delivery in enumerate(Delivery)
    ]
    with session.phase("prepare"):
        prepared(session, options, *plans[0][1][1:])
    with session.phase("produce"):
        _produce(session, sent)
    cells: list[Cell] = []
    for fault, plan in plans:
        with session.phase(f"{fault.name}, {plan[0].delivery.value}"):
            cells.append(_cell(session, options, fault, plan))
    with session.phase("self-test"):
        _, test = audit_group(session, plans[-1][1][2])
        tested = test()
    return Matrix(
        session.workspace.name, messages, sink_kind(options.sink, plans[0][1][2].sink), cells, tested, ()
    )


def _plans(
    session: Session, options: VerifyOptions, fault: MatrixFault, delivery: Delivery, number: int
) -> _Plans:
    """Each cell has a group of its own, and its own file where the sink is none of the user's."""
    work, name = session.workspace, f"cell-{number + 1:02}"
    sink, session_timeout = sink_of(options, work, name), f"{SESSION_SECONDS}s"
    task = GroupTask(delivery, sink, fault.faults, _WORK, session_timeout, _COMMIT_INTERVAL)
    return task, *group_plans(session.shared, options, work, task, work.group(f"-{name}"))


def _produce(session: Session, sent: ProducePlan) -> None:
    pool = producer_pool(sent, session.workspace)
    with session.stopping.by(pool.ask):
        pool.run()
    session.stopping.check()
    if pool.error is not None:
        raise pool.error


def _cell(session: Session, options: VerifyOptions, fault: MatrixFault, plans: _Plans) -> Cell:
    task, plan, member = plans
    group = GroupRun(session.shared, session.stopping, plan, member, time_limit(options))
    group.with_faults(None)
    settled = group.settle()
    found, _ = audit_group(session, member)
    return Cell(task.delivery, fault.name, found, group.faulted(task.faults), settled)


def _show(found: Matrix, output: str, junit: Path | None) -> None:
    from eventq.views.verify import matrix as view

    if output == "json":
        write_json(view.document(found))
    elif output == "markdown":
        write(view.markdown(found))
    else:
        width = terminal_width()
        write(view.lines(found) if width is None else view.screen(found, width))
    if junit is not None:
        write_file(junit, view.junit_xml(found))
