"""A group whose sub-commands are imported when they are named; its help and completion import them all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_group


class _Lazy(TyperGroup):
    modules: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as TyperGroup calls it
        return [*(name for name in self.commands if name not in self.modules), *self.modules]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.modules and cmd_name not in self.commands:
            self.commands[cmd_name] = _imported(self.modules[cmd_name], cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What was meant by a name that there is not is looked for in all."""
        if args[0] not in self.list_commands(ctx):
            for name in self.modules:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


def _imported(module: str, name: str) -> Any:
    app = typer.Typer()
    import_module(module).register(app)
    return get_group(app).commands[name]


def lazy(modules: Mapping[str, str]) -> type[TyperGroup]:
    """The `cls` of a Typer app: each command by name, from the `register(app)` of the module beside it.

    They are listed in this order, after those that the app has already.
    """
    return type("Lazy", (_Lazy,), {"modules": modules})
