"""`eventq lag wait`: until a group has caught up, for scripts; the exit code says how it ended."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from eventq.commands.lag.options import (
    AssumeOption,
    IsolationOption,
    OneGroup,
    Topics,
    lag_reader,
    one_group,
    period,
    question_of,
)
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import redrawable, say, write, write_json
from eventq.commands.settings.connect import connection
from eventq.commands.signals import stop_at_once
from eventq.core import safe_text
from eventq.core.errors import EventqError, ExitCode, Stopped, ThresholdBreached, TimedOut
from eventq.core.lag.known import KnownTopics
from eventq.core.lag.snapshot import Assume, GroupLag
from eventq.core.lag.wait import Goal
from eventq.core.parse import duration
from eventq.core.settings.settings import Connection
from eventq.loops.clock import SystemClock
from eventq.loops.lag.snapshot import LagReader, Question, take
from eventq.loops.lag.wait import Find, LagWait, Read, WaitLimits, WaitNow, WaitOutcome


def wait(
    shared: Shared,
    group: OneGroup = None,
    topic: Topics = None,
    max_lag: Annotated[
        int, typer.Option("--max-lag", min=0, help="Stop once the total lag is at most this.")
    ] = 0,
    timeout: Annotated[str, typer.Option("--timeout", help="Give up after this (exit 124).")] = "60s",
    stall: Annotated[
        str | None,
        typer.Option(
            "--stall", help="Give up when a partition with lag has had no new commit for this long (exit 3)."
        ),
    ] = None,
    pinned: Annotated[
        bool,
        typer.Option("--pinned", help="Wait only for the records that exist now, not for later ones."),
    ] = False,
    require_group: Annotated[
        bool, typer.Option("--require-group", help="Fail if the group does not exist (exit 4).")
    ] = False,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="Time between two samples.")] = "500ms",
) -> int | None:
    """Wait until a group has caught up: exit 0; 3 if it can't or makes no progress, 124 on timeout."""
    name, wanted = one_group(shared, group), output_format(shared, ("text", "json"))
    question = question_of(shared, (name,), topic, assume, isolation, patient=True, expected=True)
    require_group = require_group or not name  # nobody can join it, and so it will not come to be
    limits = WaitLimits(
        duration(timeout), period(interval), None if stall is None else period(stall), require_group
    )
    goal = Goal(max_lag, assume, {} if pinned else None)
    with (
        stop_at_once(),
        lag_reader(shared) as reader,
        _remainders(connection(shared), question) as find,
        _telling(name, shared) as tell,
    ):
        outcome = _run(run := LagWait(_read(reader, question), find, goal, limits, SystemClock(), tell))
    _report(name, run.now, outcome, wanted, quiet=shared.quiet)
    if outcome is WaitOutcome.REACHED:
        return None
    raise _error(name, goal, limits, outcome, run.now)


def _read(reader: LagReader, question: Question) -> Read:
    """Topics are remembered, so that one created again is recognised."""
    clock, known = SystemClock(), KnownTopics()

    def read() -> GroupLag:
        return take(reader, question, clock, known).groups[0]

    return read


@contextmanager
def _remainders(to: Connection, question: Question) -> Iterator[Find]:
    from eventq.broker.lag.first_record import FirstRecords

    with closing(FirstRecords(to, question.isolation)) as records:
        yield records.find


def _run(run: LagWait) -> WaitOutcome:
    try:
        return run.run()
    except Stopped as stop:
        return WaitOutcome[stop.exit_code.name]


@contextmanager
def _telling(group: str, shared: Shared) -> Iterator[Callable[[WaitNow], None]]:
    """On a terminal one line redrawn; elsewhere a line when nothing can be read, and when it can again."""
    from eventq.views.lag.wait import progress

    if shared.quiet:
        yield lambda _now: None
    elif redrawable(sys.stderr):
        from eventq.views.live import LiveView, one_line

        with LiveView(one_line, transient=True) as line:
            yield lambda now: line.show(progress(group, now.state, now.seconds, now.error))
    else:
        yield _Notes(group, every=shared.verbose).tell


class _Notes:
    """Lines for a log: what changed, and with -v each change of the lag."""

    def __init__(self, group: str, *, every: bool) -> None:
        self._group, self._every = safe_text.name(group), every
        self._said = ""

    def tell(self, now: WaitNow) -> None:
        from eventq.views.lag.wait import where

        text = f"{now.error}; keeps trying" if now.error else f"{self._group}: {where(now.state)}"
        away, was_away = now.error is not None, self._said.endswith("keeps trying")
        if text != self._said and (away or was_away or self._every):
            say(text)
        self._said = text


def _report(group: str, now: WaitNow, outcome: WaitOutcome, wanted: str, *, quiet: bool) -> None:
    """The result on stdout; what holds it up on stderr."""
    from eventq.views.lag.wait import document, held_lines, reached

    if wanted == "json":
        write_json(document(group, outcome.value, now.state, now.seconds, now.error, now.stuck))
    elif outcome is WaitOutcome.REACHED:
        write(reached(group, now.state, now.seconds))
    if outcome is not WaitOutcome.REACHED and now.state is not None and not quiet:
        write("".join(f"{line}\n" for line in held_lines(now.state.held, now.stuck)), sys.stderr)


def _error(
    group: str, goal: Goal, limits: WaitLimits, outcome: WaitOutcome, now: WaitNow
) -> EventqError | Stopped:
    from eventq.views.lag.wait import stuck_in, where

    aim = f"lag {goal.max_lag}" + (" of what was there at the start" if goal.pins is not None else "")
    state = now.error or where(now.state)
    named = safe_text.name(group)
    if outcome is WaitOutcome.NEVER:
        return ThresholdBreached(
            f"{named} can't reach {aim}: {state}", hint="docs/lag.md says what to do at each status"
        )
    if outcome is WaitOutcome.STALLED:
        where_stuck = stuck_in(now.state.held, now.stuck) if now.state else ""
        return ThresholdBreached(
            f"{named} has made no progress for {limits.stall:g} s in {where_stuck}: {state}",
            hint="is its member alive, and does it commit? eventq lag watch shows it",
        )
    if outcome is WaitOutcome.TIMED_OUT:
        return TimedOut(f"{named} did not reach {aim} within {limits.timeout:g} s: {state}")
    return Stopped(ExitCode[outcome.name])


def register(group: typer.Typer) -> None:
    group.command("wait")(kafka_command(wait))
