"""The options that every Kafka command has, declared once and handed over as one value."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from eventq.core.errors import UsageError

_PANEL = "Connection and output"


class Client(str, Enum):
    AUTO = "auto"
    KAFKA_PYTHON = "kafka-python"
    LIBRDKAFKA = "librdkafka"


class Debug:
    """Whether tracebacks are shown; set as options are read."""

    on = False


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared options as given; None or empty means not given (then commands/settings decides)."""

    bootstrap_server: str | None
    properties: tuple[str, ...]
    command_config: Path | None
    profile: str | None
    client: Client | None
    connect_timeout: str | None
    output: str | None
    quiet: bool
    verbose: bool
    debug: bool


def _option(annotation: Any, default: Any, *names: str, text: str, **more: Any) -> inspect.Parameter:
    info = typer.Option(*names, help=text, rich_help_panel=_PANEL, **more)
    return inspect.Parameter(
        names[-1].lstrip("-").replace("-", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[annotation, info],
    )


def _named(name: str, parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(name=name)


_SHARED = (
    _option(
        str | None, None, "-b", "--bootstrap-server", text="host:port[,host:port…] (default localhost:9092)."
    ),
    _named(
        "properties",
        _option(
            list[str] | None, None, "-X", "--property", text="A client setting key=value, by its Java name."
        ),
    ),
    _option(Path | None, None, "--command-config", text="A Java client.properties file."),
    _option(str | None, None, "--profile", text="\\[profiles.NAME] of ~/.config/eventq/config.toml."),
    _option(
        Client | None,
        None,
        "--client",
        text="The client library (default auto: the faster of those installed).",
    ),
    _option(str | None, None, "--connect-timeout", text="How long to look for a broker (default 10s)."),
    _option(
        str | None, None, "-o", "--output", text="A format: text, json or csv, where the command has it."
    ),
    _option(bool, False, "-q", "--quiet", text="No progress and no notes on stderr."),
    _option(bool, False, "-v", "--verbose", text="Say what is being done and with which settings."),
    _option(bool, False, "--debug", text="Show a traceback with an error."),
)


def kafka_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the shared options to a command, which receives them as its first argument `shared`."""
    own = inspect.signature(function, eval_str=True)
    kept = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own.parameters.values()][
        1:
    ]

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        Debug.on = given["debug"]
        shared = _take(given)
        return function(shared, **given)

    parameters = [*kept, *_SHARED]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del command.__wrapped__
    return command


def _take(given: dict[str, Any]) -> Shared:
    values = {field.name: given.pop(field.name) for field in fields(Shared)}
    values["properties"] = tuple(values["properties"] or ())
    if values["quiet"] and values["verbose"]:
        raise UsageError("--quiet and --verbose exclude each other", hint="leave one of them out")
    return Shared(**values)


def given_options(ctx: typer.Context) -> dict[str, str]:
    """What stands on the command line: the parameters' Python names, and the options as people write them."""
    return {
        param.name: param.opts[-1]
        for param in ctx.command.params
        if param.name and getattr(ctx.get_parameter_source(param.name), "name", "") == "COMMANDLINE"
    }


def output_format(shared: Shared, allowed: tuple[str, ...]) -> str:
    """What -o says, `text` without it; UsageError for a format that this command does not have."""
    wanted = shared.output or "text"
    if wanted not in allowed:
        raise UsageError(f"no such format: -o {wanted}", hint=_meant(wanted, allowed))
    return wanted


def _meant(wanted: str, allowed: tuple[str, ...]) -> str:
    """Elsewhere `-o` is where to begin: `-o beginning`, `-o end`, `-o 1234`."""
    formats = f"one of {', '.join(allowed)}"
    if wanted in {"beginning", "earliest"}:
        return f"{formats}; to begin at the log start: consume --from-beginning"
    if wanted in {"end", "latest", "stored"}:
        return f"{formats}; consume begins at the commits of its group, or at the end without any"
    if wanted.lstrip("-").isdecimal():
        return f"{formats}; to begin at an offset: consume --from {wanted.lstrip('-')}"
    return formats
