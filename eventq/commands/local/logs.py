"""`eventq local logs`: the end of the brokers' logs."""

import subprocess
from collections.abc import Iterable
from typing import Annotated

import typer

from eventq.commands.local.options import Name, Place, existing, store_of
from eventq.commands.options import kafka_command
from eventq.commands.output import write
from eventq.commands.signals import stop_at_once
from eventq.core import safe_text
from eventq.core.local.cluster import DEFAULT_NAME


@kafka_command
def logs(
    place: Place,
    name: Name = DEFAULT_NAME,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is added.")] = False,
    lines: Annotated[
        int, typer.Option("--lines", min=0, max=1_000_000, help="How many lines of each node.")
    ] = 50,
) -> None:
    """Show the end of the brokers' logs."""
    from eventq.broker.local import probe
    from eventq.loops.local.docker_cluster import DockerCluster
    from eventq.loops.local.logs import Logs
    from eventq.loops.local.ways import way_of

    store = store_of(place)
    way = way_of(store.layout, existing(store, name), probe)
    with stop_at_once():
        if isinstance(way, DockerCluster):
            command = way.logs_command(lines, follow=follow)
            subprocess.run(command, env=way.environment(), stdin=subprocess.DEVNULL, check=False)
            return
        found = Logs(way.brokers)
        _print(found.last(lines))
        if follow:
            _print(found.follow())


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        write(f"{safe_text.line(line)}\n")


def register(group: typer.Typer) -> None:
    group.command("logs")(logs)
