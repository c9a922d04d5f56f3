"""`eventq local down`: stop it in order."""

from functools import partial

import typer

from eventq.commands.local.options import All, Name, Place, chosen, store_of
from eventq.commands.options import kafka_command
from eventq.commands.output import note
from eventq.commands.signals import stop_at_once
from eventq.core.local.cluster import DEFAULT_NAME


@kafka_command
def down(place: Place, name: Name = DEFAULT_NAME, every: All = False) -> None:
    """Stop it in order, and keep its data."""
    from eventq.broker.local import probe
    from eventq.loops.local.ways import down as stop

    store = store_of(place)
    for cluster in chosen(store, name, every=every):
        with stop_at_once(), store.alone(cluster.name, partial(note, place)):
            ran, killed = stop(store, cluster, probe)
        if killed:
            nodes = f"node{'s' * (len(killed) > 1)} {', '.join(map(str, killed))}"
            note(place, f"{nodes} of {cluster.name!r} did not stop in order, and had to be killed")
        how = "is stopped, its data kept" if ran else "was not running"
        note(place, f"{cluster.name!r} {how}; remove it: {store.layout.command('wipe', cluster.name)}")


def register(group: typer.Typer) -> None:
    group.command("down")(down)
