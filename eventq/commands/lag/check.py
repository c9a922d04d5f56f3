"""`eventq lag check`: does a group keep its limits? For scripts, and as a monitoring plugin."""

from contextlib import suppress
from typing import Annotated

import typer

from eventq.commands.lag.options import (
    AssumeOption,
    IsolationOption,
    OneGroup,
    Topics,
    lag_reader,
    one_group,
    question_of,
    time_lags_of,
)
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import write, write_json
from eventq.commands.redaction import redact
from eventq.core.errors import EventqError, ExitCode, OutputError, UsageError
from eventq.core.kafka import Isolation
from eventq.core.lag.check import Limits, Measured, PluginState, breaches, measure, plugin_state
from eventq.core.lag.snapshot import Assume
from eventq.core.parse import duration_if_given
from eventq.loops.clock import SystemClock
from eventq.loops.lag.snapshot import take
from eventq.loops.lag.watch import look


def check(
    shared: Shared,
    group: OneGroup = None,
    topic: Topics = None,
    max_lag: Annotated[int | None, typer.Option("--max-lag", min=0, help="Limit for the total lag.")] = None,
    max_time_lag: Annotated[
        str | None,
        typer.Option("--max-time-lag", help="Limit for the age of the oldest unread record, such as 30s."),
    ] = None,
    min_members: Annotated[
        int | None, typer.Option("--min-members", min=1, help="Minimum number of live members.")
    ] = None,
    nagios: Annotated[
        bool, typer.Option("--nagios", help="Print one plugin line with perfdata; exit 0, 1, 2 or 3.")
    ] = False,
    warn_lag: Annotated[
        int | None, typer.Option("--warn-lag", min=0, help="With --nagios: a larger lag is WARNING.")
    ] = None,
    crit_lag: Annotated[
        int | None, typer.Option("--crit-lag", min=0, help="With --nagios: a larger lag is CRITICAL.")
    ] = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
) -> int | None:
    """Check a group against limits: exit 0, or 3 with a line per breach; an unknown figure is a breach."""
    if not nagios:
        _refuse("without --nagios", "--max-lag is the limit then", warn_lag=warn_lag, crit_lag=crit_lag)
        wanted = output_format(shared, ("text", "json"))
        limits = _some(Limits(max_lag, duration_if_given(max_time_lag), min_members))
        return _report(_measure(shared, group, topic, assume, isolation, limits), limits, wanted)
    try:
        _refuse("with --nagios", "--crit-lag is the limit then", max_lag=max_lag, output=shared.output)
        limits = _some(Limits(crit_lag, duration_if_given(max_time_lag), min_members, warn_lag))
        return _plugin(_measure(shared, group, topic, assume, isolation, limits), limits)
    except EventqError as error:
        return _unknown(error)


def _refuse(where: str, hint: str, **options: object) -> None:
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value is not None]
    if given:
        raise UsageError(f"{', '.join(given)} does nothing {where}", hint=hint)


def _some(limits: Limits) -> Limits:
    if limits == Limits():
        raise UsageError("no limit was named", hint="--max-lag, --max-time-lag, --min-members (docs/lag.md)")
    if limits.warn_lag is not None and limits.max_lag is not None and limits.warn_lag > limits.max_lag:
        raise UsageError(
            f"--warn-lag {limits.warn_lag} is above --crit-lag {limits.max_lag}", hint="a warning comes first"
        )
    return limits


def _measure(
    shared: Shared,
    group: list[str] | None,
    topic: list[str] | None,
    assume: Assume,
    isolation: Isolation | None,
    limits: Limits,
) -> Measured:
    """The time lag costs a fetch a partition: only where it has a limit."""
    question = question_of(shared, (one_group(shared, group),), topic, assume, isolation)
    if limits.max_time_lag is None:
        with lag_reader(shared, brief=True) as reader:
            return Measured(take(reader, question, SystemClock()).groups[0])
    with lag_reader(shared) as reader, time_lags_of(shared, question) as time_lags:
        return measure(look(reader, question, SystemClock(), time_lags))


def _report(found: Measured, limits: Limits, wanted: str) -> int | None:
    from eventq.views.lag.check import document, lines

    hit = breaches(found, limits)
    if wanted == "json":
        write_json(document(found, limits, hit))
    else:
        write(lines(found, hit))
    return int(ExitCode.THRESHOLD) if hit else None


def _plugin(found: Measured, limits: Limits) -> int:
    from eventq.views.lag.check import plugin_line

    state = plugin_state(found, limits)
    write(plugin_line(state, found, limits, breaches(found, limits)) + "\n")
    return int(state)


def _unknown(error: EventqError) -> int:
    """A plugin that can't tell says so on stdout, whatever the reason; it has this code even if it can't."""
    from eventq.views.lag.check import plugin_text

    text = f"{error} ({error.hint})" if isinstance(error, UsageError) else str(error)
    with suppress(OutputError):
        write(plugin_text(PluginState.UNKNOWN, redact(text)) + "\n")
    return int(PluginState.UNKNOWN)


def register(group: typer.Typer) -> None:
    group.command("check")(kafka_command(check))
