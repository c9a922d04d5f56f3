"""`eventq lag advise`: how many members a group needs, or why members do not help."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from eventq.commands.lag.adviser import adviser_of
from eventq.commands.lag.options import (
    AssumeOption,
    IsolationOption,
    OneGroup,
    lag_reader,
    one_group,
    period,
    question_of,
)
from eventq.commands.lag.pace import pace_of
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import redrawable, say, write, write_json
from eventq.commands.settings.connect import connection
from eventq.commands.signals import stop_at_once
from eventq.core import safe_text
from eventq.core.errors import ExitCode, UsageError
from eventq.core.lag.advice import Target
from eventq.core.lag.snapshot import Assume
from eventq.loops.clock import SystemClock
from eventq.loops.lag.advise import Advised, observe


def advise(
    shared: Shared,
    group: OneGroup = None,
    window: Annotated[
        str, typer.Option("--window", help="Time to measure; longer than a few commit intervals.")
    ] = "30s",
    target_lag: Annotated[
        int | None, typer.Option("--target-lag", min=0, help="With --within: the total lag to be reached.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="With --target-lag: the time for that, such as 5m.")
    ] = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="Time between two samples.")] = "1s",
) -> int | None:
    """Measure a group and say how many members it needs, or which partition members can't help."""
    wanted = output_format(shared, ("text", "table", "json", "keda"))
    name, target, pace = one_group(shared, group), _target(target_lag, within), pace_of(interval, window)
    question = question_of(shared, (name,), None, assume, isolation)
    with (
        stop_at_once(),
        lag_reader(shared) as reader,
        adviser_of(shared, question.isolation) as adviser,
        _telling(shared, name) as tell,
    ):
        snapshot, seen = observe(reader, question, SystemClock(), pace, tell)
        found = adviser.advised(snapshot, snapshot.groups[0], seen, target)
    _show(shared, wanted, found, target, assume)
    for error in snapshot.errors:
        say(error)
    return None if snapshot.complete else int(ExitCode.ERROR)


def _target(lag: int | None, within: str | None) -> Target | None:
    if lag is None and within is None:
        return None
    if lag is None or within is None:
        given, other = ("--within", "--target-lag") if lag is None else ("--target-lag", "--within")
        raise UsageError(f"{given} does nothing without {other}", hint="--target-lag 1000 --within 5m")
    return Target(lag, period(within))


@contextmanager
def _telling(shared: Shared, group: str) -> Iterator[Callable[[float], None]]:
    """On a terminal one line that counts down."""
    if shared.quiet or not redrawable(sys.stderr):
        yield lambda _left: None
        return
    from eventq.views.live import LiveView, one_line

    with LiveView(one_line, transient=True) as line:
        yield lambda left: line.show(f"measures {safe_text.name(group)}: {left:.0f} s to go")


def _show(shared: Shared, wanted: str, found: Advised, target: Target | None, assume: Assume) -> None:
    from eventq.views.lag.advice import document, text

    if wanted == "json":
        write_json(document(found.snapshot, found.measured, found.advice, found.clocks))
    elif wanted == "keda":
        from eventq.core.lag.keda import scaling
        from eventq.views.lag.keda import scaled_object

        figures = scaling(found.measured, found.advice, target)
        to, group = connection(shared).bootstrap, found.measured.group.group
        write(scaled_object(group, to, figures, found.advice, assume))
    else:
        write(text(found.advice, found.measured.group))


def register(group: typer.Typer) -> None:
    group.command("advise")(kafka_command(advise))
