"""A dataclass whose fields are options: what Typer is shown of it, and what the command gets."""

import inspect
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from eventq.commands.option_fields import option
from eventq.commands.options import Shared, kafka_command

PANEL = "A panel"


@dataclass(frozen=True, slots=True)
class Load:
    rate: Annotated[str | None, option(PANEL, "-r", "--rate", text="Events per second.")] = None
    stages: Annotated[tuple[str, ...], option(PANEL, "--stage", text="A stage; repeatable.")] = ()
    workers: Annotated[int, option(PANEL, "--workers", text="Processes.", min=1)] = 1


@dataclass(frozen=True, slots=True)
class Bound:
    loop: Annotated[bool, option(PANEL, "--loop/--once", text="Again and again.")] = True


def called(*arguments: str) -> tuple[int, list[Any]]:
    """The exit code of such a call, and what its command was given."""
    got: list[Any] = []

    @kafka_command
    def command(
        shared: Shared,
        load: Load,
        name: Annotated[str, typer.Argument()],
        bound: Bound,
    ) -> None:
        got.extend((shared, load, name, bound))

    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(arguments)).exit_code, got


def test_what_is_not_given_is_the_default_of_its_field() -> None:
    assert called("x") == (0, [Shared(), Load(), "x", Bound()])


def test_options_of_several_dataclasses_are_given_in_any_order_beside_an_argument() -> None:
    code, got = called(
        "--once", "--stage", "1m:5", "-X", "a=1", "x", "--workers", "3", "--stage", "2m:9", "-q"
    )
    assert code == 0
    assert got == [
        Shared(properties=("a=1",), quiet=True),
        Load(stages=("1m:5", "2m:9"), workers=3),
        "x",
        Bound(loop=False),
    ]


def test_a_value_that_the_annotation_or_its_option_forbids_is_refused() -> None:
    for wrong in (("--workers", "many"), ("--workers", "0"), ("--stages", "1m:5")):
        assert called("x", *wrong) == (2, [])


def test_help_lists_options_in_the_order_of_the_fields_and_the_shared_ones_last() -> None:
    @kafka_command
    def command(shared: Shared, bound: Bound, load: Load) -> None:
        raise NotImplementedError

    names = list(inspect.signature(command).parameters)
    assert names[:4] == ["loop", "rate", "stages", "workers"]
    assert names[4:] == list(Shared.__slots__)


def test_two_options_of_one_name_are_a_mistake_of_the_command() -> None:
    with pytest.raises(ValueError, match="duplicate parameter name"):

        @kafka_command
        def command(shared: Shared, load: Load, more: Load) -> None:
            raise NotImplementedError
