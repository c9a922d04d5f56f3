"""`eventq lag watch`: the queue live, or a recording of it; in a pipe one JSON document a sample."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.lag.adviser import adviser_of
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
from eventq.commands.lag.pace import FETCHES, pace_of
from eventq.commands.options import Shared, given_options, kafka_command, output_format
from eventq.commands.output import redrawable, say, write_json_line
from eventq.commands.signals import stop_at_once
from eventq.core.errors import UsageError
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Assume
from eventq.loops.clock import SystemClock
from eventq.loops.lag.keyboard import Keyboard
from eventq.loops.lag.watch import watch as samples_of

Pause = Callable[[float], bool]

_REPLAYED = frozenset({"replay", "speed", "output", "quiet", "verbose", "debug"})


def watch(
    shared: Shared,
    ctx: typer.Context,
    group: Groups = None,
    all_groups: AllGroups = False,
    topic: Topics = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="Time between two samples.")] = "1s",
    window: Annotated[
        str,
        typer.Option("--window", help="Time span for rates, ETA and verdict; longer than a commit interval."),
    ] = "60s",
    samples: Annotated[int | None, typer.Option("--samples", min=1, help="End after N samples.")] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", metavar="FILE", help="Show a recording made with -o json instead."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", help="With --replay: the speed factor, such as 10 or 0.5.")
    ] = None,
) -> None:
    """Show lag live, with rates, ETA and a verdict; in a pipe, one JSON document per sample. `q` quits."""
    live = output_format(shared, ("text", "json")) == "text" and redrawable(sys.stdout)
    if replay is not None:
        _refuse(ctx)
        return _replay(replay, 1.0 if speed is None else speed, live=live, quiet=shared.quiet)
    if speed is not None:
        raise UsageError("--speed does nothing without --replay", hint="--replay FILE --speed 10")
    pace = pace_of(interval, window, samples)
    groups = groups_of(shared, group, every=all_groups)
    question = question_of(shared, groups, topic, assume, isolation, patient=True)
    with (
        stop_at_once(),
        lag_reader(shared) as reader,
        time_lags_of(shared, question, FETCHES) as time_lags,
        adviser_of(shared, question.isolation) as adviser,
    ):
        advise = (
            None if topic else adviser.advice
        )  # of some of a group's topics nothing follows for its members
        clock = SystemClock()
        _play(lambda pause: samples_of(reader, question, clock, pause, pace, time_lags, advise), live=live)
    return None


def _refuse(ctx: typer.Context) -> None:
    useless = [option for name, option in given_options(ctx).items() if name not in _REPLAYED]
    if useless:
        names = ", ".join(useless)
        raise UsageError(f"{names} does nothing with --replay", hint="a recording is shown as it was made")


def _replay(path: Path, speed: float, *, live: bool, quiet: bool) -> None:
    if not 0 < speed < float("inf"):
        raise UsageError(f"--speed {speed:g} would never show anything", hint="such as 10, or 0.5")
    from eventq.loops.lag.recording import recorded
    from eventq.loops.lag.replay import replay

    notes: list[str] = []
    lines = recorded(path, notes.append)
    hold = live and sys.stdin.isatty()
    try:
        with stop_at_once():
            _play(lambda pause: replay(lines, SystemClock(), pause, speed, hold=hold), live=live)
    finally:
        for note in () if quiet else notes:
            say(note)


def _play(samples: Callable[[Pause], Iterable[Sample]], *, live: bool) -> None:
    with ExitStack() as stack:
        pause = stack.enter_context(Keyboard()).quit_within if live and sys.stdin.isatty() else _sleep
        show = stack.enter_context(_screen()) if live else _write_line
        for sample in samples(pause):
            show(sample)


def _sleep(seconds: float) -> bool:
    SystemClock().sleep(seconds)
    return False


@contextmanager
def _screen() -> Iterator[Callable[[Sample], None]]:
    from eventq.views.lag.live import frame
    from eventq.views.live import LiveView

    with LiveView(frame, screen=True) as view:
        yield view.show


def _write_line(sample: Sample) -> None:
    from eventq.views.lag.json import stream_document

    write_json_line(stream_document(sample))


def register(group: typer.Typer) -> None:
    group.command("watch")(kafka_command(watch))
