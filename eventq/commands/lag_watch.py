"""`eventq lag watch`: the queue live on a terminal, one JSON document a sample in a pipe."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from eventq.commands.lag_options import (
    AllGroups,
    AssumeOption,
    Groups,
    IsolationOption,
    Topics,
    groups_of,
    lag_reader,
    period,
    question_of,
    time_lags_of,
)
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.core.errors import ExitCode, Stopped, UsageError
from eventq.core.lag import Assume
from eventq.core.parse import duration
from eventq.core.sample import Sample
from eventq.loops.clock import SystemClock
from eventq.loops.keyboard import Keyboard
from eventq.loops.lag import LagReader, Pace, Question
from eventq.loops.lag import watch as samples_of
from eventq.loops.time_lag import TimeLags

_FETCHES = 500  # records a sample


def watch(
    shared: Shared,
    group: Groups = None,
    all_groups: AllGroups = False,
    topic: Topics = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="The time between two samples.")] = "1s",
    window: Annotated[
        str,
        typer.Option(
            "--window", help="What rates, ETA and verdict look back on; longer than a commit interval."
        ),
    ] = "60s",
    samples: Annotated[int | None, typer.Option("--samples", min=1, help="End after N samples.")] = None,
) -> None:
    """The lag live, with rates, ETA and a verdict; in a pipe one JSON document a sample. `q` ends it."""
    pace = _pace(interval, window, samples)
    groups = groups_of(shared, group, every=all_groups)
    question = question_of(shared, groups, topic, assume, isolation, patient=True)
    wanted = output_format(shared, ("text", "json"))
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with lag_reader(shared) as reader, time_lags_of(shared, question, _FETCHES) as time_lags:
            _watch(reader, question, pace, time_lags, live=wanted == "text" and sys.stdout.isatty())
    except KeyboardInterrupt:
        raise Stopped(ExitCode.SIGINT) from None


def _pace(interval: str, window: str, samples: int | None) -> Pace:
    pace = Pace(period(interval), duration(window), samples)
    if pace.window < 2 * pace.interval:
        raise UsageError(
            f"--window {window} has no room for three samples {interval} apart",
            hint=f"at least twice the interval: --window {2 * pace.interval:g}s",
        )
    return pace


def _watch(reader: LagReader, question: Question, pace: Pace, time_lags: TimeLags, *, live: bool) -> None:
    clock = SystemClock()
    with ExitStack() as stack:
        pause = stack.enter_context(Keyboard()).quit_within if live and sys.stdin.isatty() else _sleep
        show = stack.enter_context(_screen()) if live else _write_line
        for sample in samples_of(reader, question, clock, pause, pace, time_lags):
            show(sample)


def _sleep(seconds: float) -> bool:
    SystemClock().sleep(seconds)
    return False


@contextmanager
def _screen() -> Iterator[Callable[[Sample], None]]:
    from eventq.views.lag_live import LiveView

    with LiveView() as view:
        yield view.show


def _write_line(sample: Sample) -> None:
    import orjson

    from eventq.views.lag_json import stream_document

    sys.stdout.write(orjson.dumps(stream_document(sample)).decode() + "\n")
    sys.stdout.flush()


def _terminate(_signal: int, _frame: object) -> None:
    raise Stopped(ExitCode.SIGTERM)


def register(group: typer.Typer) -> None:
    group.command("watch")(kafka_command(watch))
