"""`eventq topic`: make, list, describe, alter and delete topics."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.connect import connection
from eventq.commands.options import Shared, kafka_command
from eventq.commands.output import note, wanted, write, write_json
from eventq.core.errors import AlreadyExists, EventqError, together
from eventq.core.topics import (
    Result,
    TopicChange,
    TopicWish,
    check_names,
    compare,
    parse_configs,
    shape,
    there_text,
)

if TYPE_CHECKING:
    from eventq.broker.topics import Topics

Names = Annotated[list[str], typer.Argument(metavar="NAME", help="One or more topics.", show_default=False)]
Configs = Annotated[
    list[str] | None,
    typer.Option("-c", "--config", metavar="KEY=VALUE", help="A topic setting; repeatable."),
]


@kafka_command
def create(
    shared: Shared,
    names: Names,
    partitions: Annotated[
        int, typer.Option("--partitions", envvar="KAFKA_PARTITIONS", min=1, help="Partitions of each.")
    ] = 10,
    replicas: Annotated[
        int, typer.Option("--replicas", envvar="KAFKA_REPLICAS", min=1, help="Replicas of each partition.")
    ] = 1,
    config: Configs = None,
    if_not_exists: Annotated[
        bool, typer.Option("--if-not-exists", help="Exit 0 when it is there, and warn where it differs.")
    ] = False,
) -> None:
    """Create topics; returns when every partition has a leader."""
    output = wanted(shared, "text", "json")
    topics = check_names(names)
    wish = TopicWish(partitions, replicas, parse_configs(config or ()))
    with _topics(shared) as broker:
        failed = broker.create(dict.fromkeys(topics, wish))
        there = [name for name, error in failed.items() if isinstance(error, AlreadyExists)]
        compared = _compare(broker, there, wish, accept=if_not_exists)
    made = TopicChange("", Result.CREATED, shape(partitions, replicas))
    changes = [compared.get(name) or _change(name, made, failed.get(name)) for name in topics]
    for change in compared.values():
        if change.error is None:
            warning = "warning: " if change.differences else ""
            note(shared, warning + there_text(change.topic, change.differences))
    _finish(changes, output)


def _change(name: str, done: TopicChange, error: EventqError | None) -> TopicChange:
    if error is not None:
        return TopicChange(name, Result.FAILED, error=error)
    return TopicChange(name, done.result, done.detail)


def _compare(
    broker: "Topics", names: Sequence[str], wish: TopicWish, *, accept: bool
) -> dict[str, TopicChange]:
    """Topics that are there already, each with where it is not as asked; an error unless that is accepted."""
    found = broker.find(names) if names else {}
    configs = broker.configs(found)
    return {name: compare(wish, found[name], configs.get(name, {}), accept=accept) for name in found}


def _finish(changes: Iterable[TopicChange], output: str) -> None:
    """Prints what was done, then raises what was not."""
    from eventq.views import topics as view

    rows = list(changes)
    if output == "json":
        write_json(view.changes_document(rows))
    else:
        write(view.changes_lines(rows))
    errors = [row.error for row in rows if row.error is not None]
    if errors:
        raise together(errors, len(rows))


def _topics(shared: Shared) -> "Topics":
    from eventq.broker.topics import Topics

    return Topics(connection(shared))


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Make, list, describe, alter and delete topics.", no_args_is_help=True)
    group.command("create")(create)
    app.add_typer(group, name="topic")
