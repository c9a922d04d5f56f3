"""`eventq consume`: a group of member processes works a topic off."""

import sys
from enum import Enum
from typing import Annotated, Any, TextIO

import typer

from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.settings.connect import connection, data_client
from eventq.commands.settings.settings import isolation_level, number, seconds, setting, text
from eventq.core.consume.goals import pins_of
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.report import ConsumeReport
from eventq.core.consume.work import Work, parse_work
from eventq.core.errors import EventqError, ExitCode, Stopped, TimedOut, UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.outcome import Outcome
from eventq.core.parse import duration
from eventq.core.settings.properties import check_group_protocol
from eventq.core.settings.settings import Role
from eventq.core.start import parse_start


class ValueFormat(str, Enum):
    PURCHASE = "purchase"
    JSON = "json"
    RAW = "raw"


class OnMalformed(str, Enum):
    SKIP = "skip"
    FAIL = "fail"


Seconds = str | None
_LIMITS = "Goals and limits"
_GROUP = "The group"
_EVENTS = "Events"


def _about(panel: str, *names: str, text: str, least: int | None = None) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, min=least)


@kafka_command
def consume(
    shared: Shared,
    topic: Annotated[
        str | None, _about(_GROUP, "-t", "--topic", text="The topic (KAFKA_TOPIC, default).")
    ] = None,
    group: Annotated[
        str | None, _about(_GROUP, "-g", "--group", text="The consumer group (KAFKA_GROUP_ID, default).")
    ] = None,
    count: Annotated[
        int | None,
        _about(_GROUP, "--count", "--members", text="Member processes (KAFKA_CONSUMER_COUNT, 3).", least=1),
    ] = None,
    from_beginning: Annotated[
        bool,
        _about(_GROUP, "--from-beginning", text="Without a commit, begin at the log start, not at the end."),
    ] = False,
    start: Annotated[
        str | None,
        _about(_GROUP, "--from", text="Without a commit, begin at this OFFSET, RFC 3339 time or @MILLIS."),
    ] = None,
    isolation: Annotated[
        Isolation | None,
        _about(_GROUP, "--isolation", text="read-committed: records of committed transactions only."),
    ] = None,
    session_timeout: Annotated[
        Seconds, _about(_GROUP, "--session-timeout", text="When a silent member is given up (10s).")
    ] = None,
    heartbeat_interval: Annotated[
        Seconds, _about(_GROUP, "--heartbeat-interval", text="How often a member is heard of (1s).")
    ] = None,
    commit_interval: Annotated[
        str, _about(_GROUP, "--commit-interval", text="How often a member commits what it processed.")
    ] = "1s",
    restart: Annotated[
        bool, _about(_GROUP, "--restart/--no-restart", text="Start a member again that has died.")
    ] = True,
    max_messages: Annotated[
        int | None,
        _about(
            _LIMITS, "-n", "--max-messages", text="Process and commit exactly N, over all members.", least=1
        ),
    ] = None,
    until_end: Annotated[
        bool, _about(_LIMITS, "--until-end", text="Until the group has passed the ends of now.")
    ] = False,
    run_for: Annotated[
        Seconds, _about(_LIMITS, "--duration", text="A planned end after 30s, 5m, 1h30m.")
    ] = None,
    timeout: Annotated[
        Seconds, _about(_LIMITS, "--timeout", text="Exit 124 when the goal is not reached by then.")
    ] = None,
    idle_timeout: Annotated[
        Seconds, _about(_LIMITS, "--idle-timeout", text="End when nothing has arrived for so long.")
    ] = None,
    work: Annotated[
        str | None, _about(_EVENTS, "--work", text="Time an event takes: 5ms, uniform:1ms..9ms, exp:5ms.")
    ] = None,
    events: Annotated[
        bool, _about(_EVENTS, "--events", text="Each event on stdout, a JSON line each.")
    ] = False,
    value_format: Annotated[
        ValueFormat, _about(_EVENTS, "--format", text="What a well-formed value is; raw: anything.")
    ] = ValueFormat.PURCHASE,
    on_malformed: Annotated[
        OnMalformed,
        _about(_EVENTS, "--on-malformed", text="skip: count and go on; fail: exit 1, not committed."),
    ] = OnMalformed.SKIP,
) -> int | None:
    """Consume a topic with a group of member processes."""
    output_format(shared, ("text", "json"))
    if max_messages is not None and until_end:
        raise UsageError("--max-messages and --until-end are two goals", hint="give one of them")
    if timeout is not None and max_messages is None and not until_end:
        raise UsageError(
            "--timeout says by when a goal must be reached, and there is none",
            hint="add -n or --until-end; --duration is a planned end",
        )
    to = connection(shared, Role.CONSUMER)
    member = MemberPlan(
        connection=to,
        client=data_client(to),
        topic=check_names([text(shared, topic, "topic")])[0],
        group=text(shared, group, "group"),
        client_id="",
        start=parse_start(from_beginning, start),
        read_committed=isolation_level(shared, isolation) is Isolation.READ_COMMITTED,
        session_timeout=seconds(shared, session_timeout, "session-timeout"),
        heartbeat_interval=seconds(shared, heartbeat_interval, "heartbeat-interval"),
        work=Work() if work is None else parse_work(work),
        commit_interval=duration(commit_interval),
        value_format=value_format.value,
        fail_on_malformed=on_malformed is OnMalformed.FAIL,
        events=events,
        limited=max_messages is not None,
    )
    timing = {"session-timeout": session_timeout, "heartbeat-interval": heartbeat_interval}
    given = [name for name, option in timing.items() if setting(shared, option, name).given]
    check_group_protocol(to.properties, member.client, given)
    if not 0 < member.heartbeat_interval < member.session_timeout:
        raise UsageError(
            "--heartbeat-interval must be above 0 and shorter than --session-timeout",
            hint="a third of it or less is usual",
        )
    if member.fail_on_malformed and value_format is ValueFormat.RAW:
        raise UsageError("--on-malformed fail with --format raw", hint="as raw no value is malformed")
    plan = GroupPlan(
        topic=member.topic,
        group=member.group,
        client=member.client,
        count=number(shared, count, "count"),
        restart=restart,
        max_messages=max_messages,
        duration=_seconds(run_for),
        timeout=_seconds(timeout),
        idle_timeout=_seconds(idle_timeout),
    )
    return _run(shared, plan, member, until_end=until_end)


def _seconds(text: str | None) -> float | None:
    return None if text is None else duration(text)


def _run(shared: Shared, plan: GroupPlan, member: MemberPlan, *, until_end: bool) -> int | None:
    from dataclasses import replace

    from eventq.commands.consume.launch import launcher, prepare
    from eventq.commands.consume.output import ConsumeOutput
    from eventq.commands.signals import signals
    from eventq.loops.clock import SystemClock
    from eventq.loops.consume.parent import ConsumeParent

    prepare(member.client)
    from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin

    admin = KafkaPythonClusterAdmin(member.connection, plan.topic, plan.group)
    partitions = admin.partitions()
    if until_end:
        ends = admin.ends(partitions, read_committed=member.read_committed)
        plan = replace(plan, pins=pins_of(admin.log_starts(partitions), ends))
    with ConsumeOutput(
        live=not shared.quiet and not member.events and sys.stderr.isatty(), quiet=shared.quiet
    ) as output:
        if plan.count > len(partitions):
            idle = plan.count - len(partitions)
            output.note(f"{plan.count} members for {len(partitions)} partitions: {idle} will idle")
        run = ConsumeParent(plan, admin, launcher(member), SystemClock(), output)
        with signals(run.ending):
            outcome = run.run()
    report = run.report()
    if report.skipped_at_start and not shared.quiet:
        output.note(
            f"began at the end: {report.skipped_at_start} retained events were skipped; "
            "--from-beginning reads them (in a group that has not committed yet)"
        )
    _print(report, shared.output, sys.stderr if member.events else sys.stdout)
    return _exit(outcome, run.ending.error, plan, report)


def _print(report: ConsumeReport, output: str | None, stream: TextIO) -> None:
    import orjson

    from eventq.views.consume.report import document, report_text

    body = orjson.dumps(document(report)).decode() + "\n" if output == "json" else report_text(report)
    stream.write(body)
    stream.flush()


def _exit(outcome: Outcome, error: EventqError | None, plan: GroupPlan, report: ConsumeReport) -> int | None:
    if outcome in {Outcome.SIGINT, Outcome.SIGTERM}:
        raise Stopped(ExitCode[outcome.name])
    if outcome is Outcome.FAILED and error is not None:
        raise error
    if outcome is Outcome.TIMED_OUT:
        raise TimedOut(
            f"the goal was not reached within {plan.timeout:g} s: {report.tally.processed} processed"
        )
    if outcome is Outcome.IDLE and plan.has_goal:
        raise TimedOut(f"nothing arrived for {plan.idle_timeout:g} s and the goal was not reached")
    return None


def register(app: typer.Typer) -> None:
    app.command()(consume)
