"""Every command that eventq has, by its words."""

from functools import cache
from typing import Any

import typer

from eventq import cli


@cache
def all_commands() -> dict[str, Any]:
    """As `topic create`: the command as Click knows it; `eventq lag` itself too, which has sub-commands."""
    found: dict[str, Any] = {}

    def walk(command: Any, path: tuple[str, ...]) -> None:
        if not hasattr(command, "list_commands") or (path and command.invoke_without_command):
            found[" ".join(path)] = command
        if hasattr(command, "list_commands"):
            context = typer.Context(command)
            for name in command.list_commands(context):
                walk(command.get_command(context, name), (*path, name))

    walk(typer.main.get_command(cli.application()), ())
    return found
