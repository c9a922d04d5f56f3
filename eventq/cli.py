"""Assembles the Typer app, and is the one error boundary: no other place prints an error."""

import os
import sys
import traceback

import typer

from eventq import __version__
from eventq.commands.arguments import check_arguments
from eventq.commands.lazy import lazy
from eventq.commands.options import Debug
from eventq.commands.output import say, say_below
from eventq.commands.redaction import redact
from eventq.core import safe_text
from eventq.core.errors import EventqError, ExitCode, Stopped

COMMANDS = {
    "topic": "eventq.commands.topic.topic",
    "produce": "eventq.commands.produce.produce",
    "consume": "eventq.commands.consume.consume",
    "lag": "eventq.commands.lag.lag",
    "group": "eventq.commands.group.group",
    "audit": "eventq.commands.verify.audit",
    "config": "eventq.commands.settings.config",
    "local": "eventq.commands.local.local",
}
"""The module of each, which has `register(app)`; help lists them in this order."""


def application() -> typer.Typer:
    """The Typer app, which imports the command that is named."""
    app = typer.Typer(
        name="eventq",
        cls=lazy(COMMANDS),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"eventq {__version__}")
        raise typer.Exit


def root(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """The producer-consumer pattern on Apache Kafka: send events, run a group, see the queue between them."""


def run() -> int:
    """Runs the command line and returns its exit code."""
    try:
        check_arguments(sys.argv[1:])
        result = application()(standalone_mode=False)
        sys.stdout.flush()
    except Stopped as stop:
        return int(stop.exit_code)
    except EventqError as error:
        return _report(error)
    except (BrokenPipeError, SystemExit) as end:
        return _closed_stdout(end)
    except KeyboardInterrupt:
        return int(ExitCode.SIGINT)
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else int(ExitCode.DONE)


def _report(error: EventqError) -> int:
    _say_error(str(error), *error.details, *([error.hint] if error.hint else []))
    return int(error.exit_code)


def _say_error(text: str, *below: str) -> None:
    if Debug.on:
        say_below(redact(traceback.format_exc()).splitlines())
    say(text)
    say_below(below)


def _closed_stdout(end: BaseException) -> int:
    """The reader has gone (`| head`): that is its right, and Python must not complain at exit.

    Rich, which prints the help, makes a SystemExit of it; any other SystemExit goes on.
    """
    if not isinstance(end, BrokenPipeError) and not isinstance(end.__context__, BrokenPipeError):
        raise end
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(ExitCode.DONE)


def _unexpected(error: Exception) -> int:
    """Typer's own usage errors show themselves; anything else is a bug of ours, told in one line."""
    cause = (
        error.__cause__
    )  # up to Python 3.11 a signal that comes while a class is made is not the error itself
    if isinstance(cause, KeyboardInterrupt | Stopped):
        return int(cause.exit_code if isinstance(cause, Stopped) else ExitCode.SIGINT)
    show = getattr(error, "show", None)
    if show is not None:
        error.message = safe_text.line(error.message)  # type: ignore[attr-defined] # as Click calls it
        show()
        return int(getattr(error, "exit_code", ExitCode.USAGE))
    _say_error(
        f"unexpected {type(error).__name__}: {error}", "run it again with --debug and report what it prints"
    )
    return int(ExitCode.ERROR)
