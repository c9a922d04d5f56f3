"""`eventq lag`: the queue between a topic and its consumer groups, once; the rest are sub-commands."""

from contextlib import nullcontext
from typing import Annotated

import typer

from eventq.commands.extras import require
from eventq.commands.lag.options import (
    AllGroups,
    AssumeOption,
    Groups,
    IsolationOption,
    Topics,
    groups_of,
    lag_reader,
    question_of,
    time_lags_of,
)
from eventq.commands.lazy import lazy
from eventq.commands.options import Shared, given_options, kafka_command, output_format
from eventq.commands.output import say, terminal_width, write, write_json, write_utf8
from eventq.core.errors import ExitCode, UsageError
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Assume
from eventq.loops.clock import SystemClock
from eventq.loops.lag.watch import look

SUBCOMMANDS = {
    name: f"eventq.commands.lag.{name}" for name in ("watch", "wait", "check", "advise", "export", "plot")
}
"""The module of each, which has `register(group)`; help lists them in this order."""


def lag(
    shared: Shared,
    ctx: typer.Context,
    group: Groups = None,
    all_groups: AllGroups = False,
    topic: Topics = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    time_lag: Annotated[
        bool, typer.Option("--time-lag", help="Fetch each partition's oldest unread record to find its age.")
    ] = False,
) -> int | None:
    """Show how far consumer groups are behind, per partition; `eventq lag watch` does so live."""
    if ctx.invoked_subcommand is not None:
        _refuse_before_subcommand(ctx)
        return None
    wanted = output_format(shared, ("text", "json", "csv", "prometheus"))
    if wanted == "prometheus":
        require("prometheus_client", "export")
    question = question_of(shared, groups_of(shared, group, every=all_groups), topic, assume, isolation)
    ages = time_lags_of(shared, question) if time_lag else nullcontext()
    with lag_reader(shared, brief=len(question.groups) == 1 and not time_lag) as reader, ages as time_lags:
        found = look(reader, question, SystemClock(), time_lags)
    _show(found, wanted)
    for error in found.snapshot.errors:
        say(error)
    return None if found.snapshot.complete else int(ExitCode.ERROR)


def _refuse_before_subcommand(ctx: typer.Context) -> None:
    """`eventq lag -g G watch` would silently watch all groups."""
    given = given_options(ctx)
    if given:
        names = ", ".join(given.values())
        command = f"lag {ctx.invoked_subcommand}"
        raise UsageError(
            f"{names} came before `{ctx.invoked_subcommand}`", hint=f"write it after `{command}`"
        )


def _show(found: Sample, wanted: str) -> None:
    if wanted == "json":
        from eventq.views.lag import json as lag_json

        write_json(lag_json.document(found))
    elif wanted == "prometheus":
        from eventq.views.lag import prometheus as lag_prometheus

        write_utf8(lag_prometheus.text(found))
    elif wanted == "csv":
        from eventq.views.lag import csv as lag_csv

        write(lag_csv.table(found))
    elif (width := terminal_width()) is not None:
        from eventq.views.lag.table import table

        write(table(found, width))
    else:
        from eventq.views.lag.lines import lines

        write(lines(found))


def register(app: typer.Typer) -> None:
    group = typer.Typer(cls=lazy(SUBCOMMANDS), help="Show how far consumer groups are behind, per partition.")
    group.callback(invoke_without_command=True)(kafka_command(lag))
    app.add_typer(group, name="lag")
