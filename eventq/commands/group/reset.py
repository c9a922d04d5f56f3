"""`eventq group reset`: move a group's commits; shows the plan, and carries it out with --execute."""

from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.lag.options import OneGroup, lag_reader, one_group
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.settings.connect import connection
from eventq.core import safe_text
from eventq.core.errors import UsageError, together
from eventq.core.group.reset import ResetOrder, ResetPlan
from eventq.core.group.reset_parse import parse_target, parse_topics
from eventq.core.group.reset_saved import SavedPlan, decode
from eventq.core.kafka import TopicPartition
from eventq.loops.clock import SystemClock
from eventq.loops.group.reset import execute_reset, plan_reset


@kafka_command
def reset(
    shared: Shared,
    group: OneGroup = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "-t", "--topic", metavar="T[:P,…]", help="A topic, or partitions of it; repeatable. Default: all."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="earliest, latest, OFFSET, RFC 3339 time, @MILLIS, -N or +N from the commit, duration:PT1H.",
        ),
    ] = None,
    from_csv: Annotated[
        Path | None, typer.Option("--from-csv", help="Restore the commits that -o csv saved before a reset.")
    ] = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Carry out the plan instead of only showing it.")
    ] = False,
) -> None:
    """Move a group's commits, to re-read or skip records; only shows the plan without --execute."""
    output = output_format(shared, ("text", "json", "csv"))
    if (to is None) == (from_csv is None):
        raise UsageError("a reset needs either --to or --from-csv", hint="such as --to earliest")
    name = one_group(shared, group)
    clock = SystemClock()
    target = None if to is None else parse_target(to, clock.now())
    saved = None if from_csv is None else _saved(from_csv, name)
    order = ResetOrder(name, parse_topics(topic or ()), target, saved)
    from eventq.broker.group.groups import Groups

    with lag_reader(shared) as reader, Groups(connection(shared)) as offsets:
        planned = plan_reset(reader, offsets, order, clock)
        done = execute_reset(offsets, planned) if execute else planned
    _show(done, output)
    _tell(shared, done)


def _saved(path: Path, group: str) -> dict[TopicPartition, int | None]:
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"--from-csv {path} can't be read: {error}") from error
    return SavedPlan(decode(raw, str(path)), str(path)).offsets(group)


def _show(planned: ResetPlan, output: str) -> None:
    from eventq.views.group import reset as view
    from eventq.views.group import reset_json as data

    if output == "json":
        write_json(data.document(planned))
    elif output == "csv":
        write(data.table(planned))
    else:
        width = terminal_width()
        write(view.lines(planned) if width is None else view.screen(planned, width))


def _tell(shared: Shared, planned: ResetPlan) -> None:
    if planned.failures:
        raise together(planned.failures, len(planned.rows))
    if planned.executed:
        note(shared, f"the commits of group {safe_text.name(planned.group)} were moved")
        return
    note(shared, "this is a plan, nothing was changed: --execute carries it out")
    if planned.refusal is not None:
        note(shared, f"it would be refused now: {planned.refusal}")


def register(group: typer.Typer) -> None:
    group.command("reset")(reset)
