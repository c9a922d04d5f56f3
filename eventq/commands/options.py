"""The options that every Kafka command has, handed over as one value."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from eventq.commands.option_fields import collected, expanded, option, own_parameters
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

    bootstrap_server: Annotated[
        str | None,
        option(_PANEL, "-b", "--bootstrap-server", text="host:port[,host:port…] (default localhost:9092)."),
    ] = None
    properties: Annotated[
        tuple[str, ...],
        option(_PANEL, "-X", "--property", text="A client setting key=value, by its Java name."),
    ] = ()
    command_config: Annotated[
        Path | None, option(_PANEL, "--command-config", text="A Java client.properties file.")
    ] = None
    profile: Annotated[
        str | None, option(_PANEL, "--profile", text="\\[profiles.NAME] of ~/.config/eventq/config.toml.")
    ] = None
    client: Annotated[
        Client | None,
        option(_PANEL, "--client", text="The client library (default auto: the faster of those installed)."),
    ] = None
    connect_timeout: Annotated[
        str | None,
        option(_PANEL, "--connect-timeout", text="How long to try to reach a broker (default 10s)."),
    ] = None
    output: Annotated[
        str | None,
        option(_PANEL, "-o", "--output", text="Output format: text, json or csv, depending on the command."),
    ] = None
    quiet: Annotated[
        bool,
        option(_PANEL, "-q", "--quiet", text="No progress and no notes on stderr."),
    ] = False
    verbose: Annotated[
        bool, option(_PANEL, "-v", "--verbose", text="Report what is done, and with which settings.")
    ] = False
    debug: Annotated[bool, option(_PANEL, "--debug", text="Show a traceback with an error.")] = False

    def check(self) -> None:
        """UsageError for what excludes each other."""
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose exclude each other", hint="leave one of them out")


def kafka_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a command for Typer of a function whose parameters may be dataclasses of options.

    The first of them is what all such commands share, `Shared` or another with check() and --debug; help
    lists its options last.
    """
    shared, *others = own = own_parameters(function)
    parameters = expanded([*others, shared])

    @functools.wraps(function)
    def command(**given: Any) -> Any:
        Debug.on = given["debug"]
        values = collected(own, given)
        values[shared.name].check()
        return function(**values)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del command.__wrapped__
    return command


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
