"""`eventq report`: what to do with the reports that produce and consume leave."""

import typer

from eventq.commands.lazy import lazy

SUBCOMMANDS = {"merge": "eventq.commands.report.merge"}
"""The module of each, which has `register(group)`."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(cls=lazy(SUBCOMMANDS), no_args_is_help=True)
    group.callback()(_group)  # where all commands are lazy Typer wants this
    app.add_typer(group, name="report")


def _group() -> None:
    """Put the reports of several machines together."""
