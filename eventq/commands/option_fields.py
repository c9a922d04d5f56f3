"""Options as dataclasses: each field is one option, declared by its annotation and its default.

    @dataclass(frozen=True, slots=True)
    class Load:
        rate: Annotated[str | None, option("The load", "-r", "--rate", text="Events per second.")] = None

A field `tuple[str, ...] = ()` is an option that may be given several times.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import Field, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer


def option(panel: str, *names: str, text: str, **more: Any) -> Any:
    """The option of a field: its panel and its text in the help, and what else typer.Option takes."""
    return typer.Option(*names, help=text, rich_help_panel=panel, **more)


def own_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The function's parameters, with annotations as Typer wants them."""
    return list(inspect.signature(function, eval_str=True).parameters.values())


def expanded(parameters: Sequence[inspect.Parameter]) -> list[inspect.Parameter]:
    """Typer's parameters: a dataclass is replaced by one for each of its fields, all else stays."""
    found: list[inspect.Parameter] = []
    for parameter in parameters:
        if is_dataclass(parameter.annotation):
            hints = get_type_hints(parameter.annotation, include_extras=True)
            found += [_parameter(field, hints[field.name]) for field in fields(parameter.annotation)]
        else:
            found.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    return found


def collected(parameters: Sequence[inspect.Parameter], given: dict[str, Any]) -> dict[str, Any]:
    """What Typer gave to the expanded parameters, as the function's own ones."""
    return {
        parameter.name: _dataclass_of(parameter.annotation, given)
        if is_dataclass(parameter.annotation)
        else given[parameter.name]
        for parameter in parameters
    }


def _parameter(field: "Field[Any]", hint: Any) -> inspect.Parameter:
    annotation, about = get_args(hint)
    default = field.default
    if get_origin(annotation) is tuple:
        annotation, default = list[get_args(annotation)[0]] | None, None  # type: ignore[misc]
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, about]
    )


def _dataclass_of(kind: Any, given: dict[str, Any]) -> Any:
    return kind(**{field.name: _value(field, given[field.name]) for field in fields(kind)})


def _value(field: "Field[Any]", value: Any) -> Any:
    if value is None:
        return field.default
    return tuple(value) if isinstance(value, list) else value
