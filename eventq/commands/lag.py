"""`eventq lag`: the queue between a topic and its consumer groups, once or live."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.connect import connection
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.settings import isolation_level, text_if_given
from eventq.core.errors import ExitCode, Stopped, UsageError
from eventq.core.lag import Assume, Snapshot
from eventq.core.lag_reads import Isolation
from eventq.core.parse import duration
from eventq.loops.clock import SystemClock
from eventq.loops.keyboard import Keyboard
from eventq.loops.lag import LagReader, Question, Sample, take
from eventq.loops.lag import watch as samples_of

if TYPE_CHECKING:
    from eventq.broker.lag import KafkaPythonLagReader

Groups = Annotated[
    list[str] | None, typer.Option("-g", "--group", help="A group; repeatable (KAFKA_GROUP_ID).")
]
AllGroups = Annotated[bool, typer.Option("--all-groups", help="Every group of the cluster.")]
Topics = Annotated[list[str] | None, typer.Option("-t", "--topic", help="Only this topic; repeatable.")]
AssumeOption = Annotated[
    Assume, typer.Option("--assume", help="Where consumers start in a partition without a commit.")
]
IsolationOption = Annotated[
    Isolation | None, typer.Option("--isolation", help="read-committed: the end is the last stable offset.")
]


def lag(
    shared: Shared,
    ctx: typer.Context,
    group: Groups = None,
    all_groups: AllGroups = False,
    topic: Topics = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
) -> int | None:
    """How far consumer groups are behind, per partition; `eventq lag watch` shows it live."""
    if ctx.invoked_subcommand is not None:
        _refuse_before_subcommand(ctx)
        return None
    write = output_format(shared, ("text", "json", "csv"))
    question = Question(
        _groups(shared, group, all_groups), tuple(topic or ()), assume, isolation_level(shared, isolation)
    )
    with _reader(shared) as reader:
        found = take(reader, question, SystemClock())
    sys.stdout.write(_text(found, write))
    sys.stdout.flush()
    for error in found.errors:
        sys.stderr.write(f"eventq: {error}\n")
    return None if found.complete else int(ExitCode.ERROR)


def watch(
    shared: Shared,
    group: Groups = None,
    all_groups: AllGroups = False,
    topic: Topics = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="The time between two samples.")] = "1s",
    samples: Annotated[int | None, typer.Option("--samples", min=1, help="End after N samples.")] = None,
) -> None:
    """The lag live, with arrival and consume rate; in a pipe one JSON document a sample. `q` ends it."""
    seconds = duration(interval)
    question = Question(
        _groups(shared, group, all_groups),
        tuple(topic or ()),
        assume,
        isolation_level(shared, isolation),
        patient=True,
    )
    wanted = output_format(shared, ("text", "json"))
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with _reader(shared) as reader:
            _watch(reader, question, seconds, samples, live=wanted == "text" and sys.stdout.isatty())
    except KeyboardInterrupt:
        raise Stopped(ExitCode.SIGINT) from None


def _watch(
    reader: LagReader, question: Question, interval: float, samples: int | None, *, live: bool
) -> None:
    clock = SystemClock()
    with ExitStack() as stack:
        pause = stack.enter_context(Keyboard()).quit_within if live and sys.stdin.isatty() else _sleep
        show = stack.enter_context(_screen()) if live else _write_line
        for sample in samples_of(reader, question, clock, pause, interval=interval, samples=samples):
            show(sample)


def _sleep(seconds: float) -> bool:
    SystemClock().sleep(seconds)
    return False


@contextmanager
def _screen() -> Iterator[Callable[[Sample], None]]:
    from eventq.views.lag_live import LiveView

    with LiveView() as view:
        yield lambda sample: view.show(sample.snapshot, sample.rates, sample.error)


def _write_line(sample: Sample) -> None:
    import orjson

    from eventq.views.lag import document

    body = {**document(sample.snapshot, sample.rates), "stale": sample.stale, "error": sample.error}
    sys.stdout.write(orjson.dumps(body).decode() + "\n")
    sys.stdout.flush()


def _terminate(_signal: int, _frame: object) -> None:
    raise Stopped(ExitCode.SIGTERM)


def _refuse_before_subcommand(ctx: typer.Context) -> None:
    """`eventq lag -g G watch` would silently watch all groups."""
    given = [
        name for name in ctx.params if getattr(ctx.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        command = f"lag {ctx.invoked_subcommand}"
        raise UsageError(
            f"{names} came before `{ctx.invoked_subcommand}`", hint=f"write it after `{command}`"
        )


def _groups(shared: Shared, given: list[str] | None, every: bool) -> tuple[str, ...]:
    """The groups named, else the one that is set elsewhere, else all of them (an empty tuple)."""
    if every and given:
        raise UsageError("--group and --all-groups exclude each other", hint="leave one of them out")
    if every:
        return ()
    elsewhere = None if given else text_if_given(shared, None, "group")
    return tuple(dict.fromkeys(given or ([elsewhere] if elsewhere else [])))


def _reader(shared: Shared) -> "KafkaPythonLagReader":
    from eventq.broker.lag import KafkaPythonLagReader

    return KafkaPythonLagReader(connection(shared))


def _text(found: Snapshot, wanted: str) -> str:
    from eventq.views import lag as view
    from eventq.views import lag_csv

    if wanted == "json":
        import orjson

        return orjson.dumps(view.document(found), option=orjson.OPT_INDENT_2).decode() + "\n"
    if wanted == "csv":
        return lag_csv.table(found)
    if sys.stdout.isatty():
        return view.table(found, os.get_terminal_size(sys.stdout.fileno()).columns)
    return view.lines(found)


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Show how far consumer groups are behind, per partition.")
    group.callback(invoke_without_command=True)(kafka_command(lag))
    group.command("watch")(kafka_command(watch))
    app.add_typer(group, name="lag")
