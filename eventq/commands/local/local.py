"""`eventq local`: a real Apache Kafka on this machine, on loopback only."""

import typer

from eventq.commands.lazy import lazy

SUBCOMMANDS = {
    name: f"eventq.commands.local.{name}" for name in ("up", "down", "status", "logs", "wipe", "jars")
}
"""The module of each, which has `register(group)`."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(cls=lazy(SUBCOMMANDS), no_args_is_help=True)
    group.callback()(_group)  # where all commands are lazy Typer wants this
    app.add_typer(group, name="local")


def _group() -> None:
    """Start, stop and remove a real Apache Kafka on this machine."""
