"""`eventq group`: list, describe and delete consumer groups, and move their commits."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from eventq.commands.confirm import confirm, require_terminal
from eventq.commands.lag.options import Groups, groups_of, lag_reader
from eventq.commands.lazy import lazy
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import terminal_width, write, write_json
from eventq.commands.settings.connect import connection
from eventq.core import safe_text
from eventq.core.errors import EventqError, UsageError, together
from eventq.core.group.groups import occupied
from eventq.core.kafka import no_group
from eventq.core.lag.reads import Reads
from eventq.core.lag.snapshot import snapshot
from eventq.loops.clock import SystemClock
from eventq.loops.lag.snapshot import Question, read

if TYPE_CHECKING:
    from eventq.core.group.groups import Described

SUBCOMMANDS = {"reset": "eventq.commands.group.reset"}
"""The module of each, which has `register(group)`."""

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[GROUP]", help="Groups; the same as --group.", show_default=False),
]


@kafka_command
def list_(shared: Shared) -> None:
    """List all groups with their type (classic, consumer, share, streams) and state."""
    output = output_format(shared, ("text", "json"))
    with lag_reader(shared) as reader:
        listing = reader.list_groups()
    rows = sorted(listing.groups, key=lambda group: group.group)
    from eventq.views.group import groups as view
    from eventq.views.group import groups_json as documents

    if output == "json":
        write_json(documents.list_document(rows))
    else:
        write(view.list_lines(rows) if (width := terminal_width()) is None else view.list_table(rows, width))
    _raise([EventqError(error) for error in listing.errors], len(listing.errors))


@kafka_command
def describe(shared: Shared, names: Names = None, group: Groups = None) -> None:
    """Show state, members, topics and lag of groups; all groups if none is named."""
    from eventq.views.group import groups as view
    from eventq.views.group import groups_json as documents

    form = _Form(documents.describe_document, view.describe_lines, view.describe_table)
    _show(shared, [*(names or ()), *(group or ())], form)


@kafka_command
def members(shared: Shared, names: Names = None, group: Groups = None) -> None:
    """Show the members of groups and their assignments; all groups if none is named."""
    from eventq.views.group import groups as view
    from eventq.views.group import groups_json as documents

    form = _Form(documents.members_document, view.members_lines, view.members_table)
    _show(shared, [*(names or ()), *(group or ())], form)


class _Form(NamedTuple):
    """One thing to be shown, in three ways."""

    document: "Callable[[float, Sequence[Described]], dict[str, Any]]"
    lines: "Callable[[Sequence[Described]], str]"
    table: "Callable[[Sequence[Described], int], str]"


def _show(shared: Shared, given: list[str], form: _Form) -> None:
    output = output_format(shared, ("text", "json"))
    names = groups_of(shared, given)
    found, described = _described(shared, names, brief=len(names) == 1)
    if output == "json":
        write_json(form.document(found.at, described))
    else:
        width = terminal_width()
        write(form.lines(described) if width is None else form.table(described, width))
    _raise_missing(found, described, names)


def _described(
    shared: Shared, names: Sequence[str], *, brief: bool = False
) -> tuple[Reads, "list[Described]"]:
    with lag_reader(shared, brief=brief) as reader:
        found = read(reader, Question(groups=tuple(names), patient=True), SystemClock())
    return found, list(zip(found.groups, snapshot(found).groups, strict=True))


def _raise_missing(found: Reads, described: "list[Described]", names: Sequence[str]) -> None:
    there = {group.group for group in found.groups}
    errors: list[EventqError] = [no_group(name) for name in names if name not in there]
    errors += [
        EventqError(f"group {safe_text.name(lag.group)}: {lag.error}") for _, lag in described if lag.error
    ]
    errors += [EventqError(error) for error in found.errors]
    _raise(errors, max(len(names), len(described)))


def _raise(errors: Sequence[EventqError], total: int) -> None:
    if errors:
        raise together(errors, total)


@kafka_command
def delete(
    shared: Shared,
    names: Names = None,
    group: Annotated[list[str] | None, typer.Option("-g", "--group", help="A group; repeatable.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete groups and their commits; asks first, and refuses groups with live members."""
    output = output_format(shared, ("text", "json"))
    wanted = tuple(dict.fromkeys([*(names or ()), *(group or ())]))
    if not wanted:
        raise UsageError("no group was named", hint="eventq group delete GROUP")
    require_terminal("group delete", yes=yes)
    failed = _undeletable(shared, wanted)
    rest = [name for name in wanted if name not in failed]
    if rest:
        confirm(f"Delete group {', '.join(map(safe_text.name, rest))} and its commits?", yes=yes)
        failed |= _delete(shared, rest)
    _report(wanted, failed, output)


def _undeletable(shared: Shared, names: Sequence[str]) -> dict[str, EventqError]:
    found, _ = _described(shared, names)
    there = {group.group: occupied(group) for group in found.groups}
    reasons = {name: there[name] if name in there else no_group(name) for name in names}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _delete(shared: Shared, names: Sequence[str]) -> Mapping[str, EventqError]:
    from eventq.broker.group.groups import Groups

    with Groups(connection(shared)) as groups:
        return groups.delete(names)


def _report(names: Sequence[str], failed: Mapping[str, EventqError], output: str) -> None:
    from eventq.views.group import groups_json as documents

    if output == "json":
        write_json(documents.deleted_document(names, failed))
    else:
        from eventq.views.group.groups import deleted_lines

        write(deleted_lines(name for name in names if name not in failed))
    _raise(list(failed.values()), len(names))


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        cls=lazy(SUBCOMMANDS),
        help="List, describe, delete and reset consumer groups.",
        no_args_is_help=True,
    )
    commands = {"list": list_, "describe": describe, "members": members, "delete": delete}
    for name, command in commands.items():
        group.command(name)(command)
    app.add_typer(group, name="group")
