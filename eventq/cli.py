"""Assembles the Typer app, and is the one error boundary: no other place prints an error."""

import re
import sys
import traceback

import typer

from eventq import __version__
from eventq.commands.arguments import check_arguments
from eventq.commands.lazy import lazy
from eventq.commands.options import Debug
from eventq.commands.output import say, say_below
from eventq.commands.redaction import redact
from eventq.commands.streams import finish_stdout, next_step, unwritable
from eventq.core import safe_text
from eventq.core.errors import ClosedOutput, EventqError, ExitCode, OutputError, Stopped

COMMANDS = {
    "topic": "eventq.commands.topic.topic",
    "produce": "eventq.commands.produce.produce",
    "consume": "eventq.commands.consume.consume",
    "lag": "eventq.commands.lag.lag",
    "group": "eventq.commands.group.group",
    "report": "eventq.commands.report.report",
    "audit": "eventq.commands.verify.audit",
    "verify": "eventq.commands.verify.verify",
    "config": "eventq.commands.settings.config",
    "local": "eventq.commands.local.local",
}
"""The module of each, which has `register(app)`; help lists them in this order."""


def application() -> typer.Typer:
    """The Typer app, which imports the command that is named."""
    if "--install-completion" in sys.argv:
        from eventq.commands.completion import write_whole

        write_whole()
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
    """Runs the command line and returns its exit code.

    Where results could not be written and the command has an error of its own too, both are told, and the
    exit code is that of its own.
    """
    code = _run()
    lost = finish_stdout()
    if lost is not None:
        told = _report(lost)
        return code or told
    return code


def _run() -> int:
    code: int = ExitCode.DONE
    try:
        check_arguments(sys.argv[1:])
        result = application()(standalone_mode=False)
        if isinstance(result, int):
            code = result
    except OutputError:
        pass  # whatever could not be written is told at the end
    except (Stopped, ClosedOutput) as end:
        code = end.exit_code
    except EventqError as error:
        code = _report(error)
    except SystemExit as end:
        code = _exit(end)
    except KeyboardInterrupt:
        code = ExitCode.SIGINT
    except Exception as error:
        code = _unexpected(error)
    return int(code)


def _report(error: EventqError) -> int:
    _say_error(error, str(error), *error.details, *([error.hint] if error.hint else []))
    return int(error.exit_code)


def _say_error(error: Exception, text: str, *below: str) -> None:
    if Debug.on:
        say_below(redact("".join(traceback.format_exception(error))).splitlines())
    say(text)
    say_below(below)


def _exit(end: SystemExit) -> int:
    """So the shell's completion ends; Typer makes one of a broken pipe too, which is none of stdout's."""
    if isinstance(end.__context__, BrokenPipeError):
        return _unexpected(end.__context__)
    return end.code if isinstance(end.code, int) else int(ExitCode.DONE)


def _unexpected(error: Exception) -> int:
    """Typer's own usage errors show themselves, a disk may be full; anything else is a bug of ours."""
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
    if unwritable(error):
        _say_error(error, re.sub(r"^\[Errno \d+\] ", "", str(error)), next_step(error))
        return int(ExitCode.ERROR)
    text = f"unexpected {type(error).__name__}: {error}"
    _say_error(error, text, "run it again with --debug and report what it prints")
    return int(ExitCode.ERROR)
