"""`eventq local wipe`: remove it and its data."""

from functools import partial
from typing import Annotated

import typer

from eventq.commands.confirm import confirm, require_terminal
from eventq.commands.local.options import All, Name, Place, chosen, store_of
from eventq.commands.options import kafka_command
from eventq.commands.output import note
from eventq.commands.signals import stop_at_once
from eventq.core.local.cluster import DEFAULT_NAME


@kafka_command
def wipe(
    place: Place,
    name: Name = DEFAULT_NAME,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop it and remove its data; asks first. The jars stay."""
    from eventq.broker.local import probe
    from eventq.loops.local.ways import wipe as remove

    store = store_of(place)
    clusters = chosen(store, name, every=every)
    require_terminal("local wipe", yes=yes)
    names = ", ".join(repr(cluster.name) for cluster in clusters)
    if clusters:
        confirm(f"Stop the local Kafka {names} and delete all its records?", yes=yes)
    for cluster in clusters:
        with stop_at_once(), store.alone(cluster.name, partial(note, place)):
            remove(store, cluster, probe)
        note(place, f"{cluster.name!r} is stopped and its data removed")


def register(group: typer.Typer) -> None:
    group.command("wipe")(wipe)
