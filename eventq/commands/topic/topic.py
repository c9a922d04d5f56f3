"""`eventq topic`: make, list, describe, alter and delete topics."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.confirm import confirm, require_terminal
from eventq.commands.lag.options import lag_reader
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.settings.connect import connection
from eventq.commands.settings.settings import number
from eventq.core.errors import AlreadyExists, EventqError, UsageError, together
from eventq.core.kafka import Bounds, Isolation, TopicPartition, check_names, no_topic
from eventq.core.text import plural
from eventq.core.topic.topics import (
    Configs,
    Result,
    TopicChange,
    TopicMap,
    TopicWish,
    compare,
    detail,
    done,
    growth,
    parse_configs,
    shape,
    there_text,
)
from eventq.loops.clock import SystemClock

if TYPE_CHECKING:
    from eventq.broker.topic.topics import Topics

Names = Annotated[list[str], typer.Argument(metavar="NAME", help="One or more topics.", show_default=False)]
ConfigOption = Annotated[
    list[str] | None,
    typer.Option("-c", "--config", metavar="KEY=VALUE", help="A topic setting; repeatable."),
]


@kafka_command
def create(
    shared: Shared,
    names: Names,
    partitions: Annotated[
        int | None, typer.Option("--partitions", min=1, help="Partitions of each (KAFKA_PARTITIONS, 10).")
    ] = None,
    replicas: Annotated[
        int | None, typer.Option("--replicas", min=1, help="Replicas of a partition (KAFKA_REPLICAS, 1).")
    ] = None,
    config: ConfigOption = None,
    if_not_exists: Annotated[
        bool, typer.Option("--if-not-exists", help="Exit 0 if the topic exists, and warn where it differs.")
    ] = False,
) -> None:
    """Create topics; returns when every partition has a leader."""
    output = output_format(shared, ("text", "json"))
    topics = check_names(names)
    wish = TopicWish(
        number(shared, partitions, "partitions"),
        number(shared, replicas, "replicas"),
        parse_configs(config or ()),
    )
    with _topics(shared) as broker:
        failed = broker.create(dict.fromkeys(topics, wish))
        there = [name for name, error in failed.items() if isinstance(error, AlreadyExists)]
        compared = _compare(broker, there, wish, accept=if_not_exists)
    made = shape(wish.partitions, wish.replicas)
    changes = [compared.get(name) or done(name, Result.CREATED, made, failed.get(name)) for name in topics]
    for change in compared.values():
        if change.error is None:
            warning = "warning: " if change.differences else ""
            note(shared, warning + there_text(change.topic, change.differences))
    _finish(changes, output)


def _compare(
    broker: "Topics", names: Sequence[str], wish: TopicWish, *, accept: bool
) -> dict[str, TopicChange]:
    """Topics that are there already, each with where it is not as asked; an error unless that is accepted."""
    found = broker.find(names) if names else {}
    configs = broker.configs(found)
    return {name: compare(wish, found[name], configs.get(name, Configs()), accept=accept) for name in found}


@kafka_command
def list_(
    shared: Shared,
    internal: Annotated[bool, typer.Option("--internal", help="Include Kafka's internal topics.")] = False,
) -> None:
    """List the topics of the cluster."""
    output = output_format(shared, ("text", "json"))
    with _topics(shared) as broker:
        found = sorted(broker.find().values(), key=lambda topic: topic.topic)
    rows = [topic for topic in found if internal or not topic.internal]
    from eventq.views.topic import topics as view
    from eventq.views.topic import topics_json as documents

    if output == "json":
        write_json(documents.list_document(rows))
    else:
        write(view.list_lines(rows) if (width := terminal_width()) is None else view.list_table(rows, width))


@kafka_command
def describe(shared: Shared, names: Names) -> None:
    """Show partitions, leaders, replicas, offsets and settings of topics."""
    output = output_format(shared, ("text", "json"))
    topics = check_names(names)
    with _topics(shared) as broker:
        found = broker.find(topics)
        configs = broker.configs(found)
    now = SystemClock().now()
    bounds = _bounds(shared, found.values())
    rows = [detail(name, found.get(name), bounds, configs.get(name)) for name in topics]
    from eventq.views.topic import topics as view
    from eventq.views.topic import topics_json as documents

    if output == "json":
        write_json(documents.describe_document(now, rows))
    else:
        width = terminal_width()
        write(view.describe_lines(rows) if width is None else view.describe_table(rows, width))
    _raise([row.failure for row in rows])


def _bounds(shared: Shared, topics: Iterable[TopicMap]) -> Mapping[TopicPartition, Bounds]:
    """Log start and end of every partition that has a leader."""
    leaders = {
        TopicPartition(topic.topic, part.partition): part.leader
        for topic in topics
        for part in topic.parts
        if part.leader is not None
    }
    if not leaders:
        return {}
    with lag_reader(shared) as reader:
        return reader.bounds(leaders, Isolation.READ_UNCOMMITTED)


@kafka_command
def alter(
    shared: Shared,
    names: Names,
    partitions: Annotated[
        int | None,
        typer.Option(
            "--partitions", min=1, max=2**31 - 1, help="Grow to N partitions; a topic can't shrink."
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Add partitions to topics, or change their settings."""
    output = output_format(shared, ("text", "json"))
    topics, configs = check_names(names), parse_configs(config or ())
    if partitions is None and not configs:
        raise UsageError("nothing to alter", hint="--partitions N, or -c KEY=VALUE")
    with _topics(shared) as broker:
        found = broker.find(topics)
        changes = [_altered(broker, name, found.get(name), partitions, configs) for name in topics]
    grown = [name for name in found if partitions is not None and len(found[name].parts) < partitions]
    if any(change.topic in grown and change.error is None for change in changes):
        note(shared, "warning: with more partitions, keys map to other partitions than before")
    _finish(changes, output)


def _altered(
    broker: "Topics", name: str, found: TopicMap | None, partitions: int | None, configs: Mapping[str, str]
) -> TopicChange:
    try:
        if found is None:
            raise no_topic(name)
        grows = partitions is not None and growth(found, partitions)
        if configs:
            broker.set_configs(name, configs)
        if partitions is not None and grows:
            broker.grow(name, partitions)
    except EventqError as error:
        return TopicChange(name, Result.FAILED, error=error)
    told = [] if partitions is None else [plural(partitions, "partition")]
    told += [f"{key}={value}" for key, value in configs.items()]
    return TopicChange(name, Result.ALTERED if configs or grows else Result.UNCHANGED, ", ".join(told))


@kafka_command
def delete(
    shared: Shared,
    names: Names,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete topics with all their records; asks first."""
    output = output_format(shared, ("text", "json"))
    topics = check_names(names)
    require_terminal("topic delete", yes=yes)
    with _topics(shared) as broker:
        found = broker.find(topics)
        failed: dict[str, EventqError] = {name: no_topic(name) for name in topics if name not in found}
        if found:
            shapes = [f"{name} ({shape(len(at.parts), at.replicas)})" for name, at in found.items()]
            confirm(f"Delete {', '.join(shapes)} and all their records?", yes=yes)
            failed |= broker.delete(list(found))
    _finish([done(name, Result.DELETED, "", failed.get(name)) for name in topics], output)


def _finish(changes: Iterable[TopicChange], output: str) -> None:
    """Prints what was done, then raises what was not."""
    from eventq.views.topic import topics as view
    from eventq.views.topic import topics_json as documents

    rows = list(changes)
    if output == "json":
        write_json(documents.changes_document(rows))
    else:
        write(view.changes_lines(rows))
    _raise([row.error for row in rows])


def _raise(errors: Sequence[EventqError | None]) -> None:
    failed = [error for error in errors if error is not None]
    if failed:
        raise together(failed, len(errors))


def _topics(shared: Shared) -> "Topics":
    from eventq.broker.topic.topics import Topics

    return Topics(connection(shared))


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Create, list, describe, alter and delete topics.", no_args_is_help=True)
    for name, command in (
        ("create", create),
        ("list", list_),
        ("describe", describe),
        ("alter", alter),
        ("delete", delete),
    ):
        group.command(name)(command)
    app.add_typer(group, name="topic")
