"""`eventq local jars`: download the jars that `up` needs."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.local.options import Place, Repository, check_repository, store_of
from eventq.commands.local.progress import progress
from eventq.commands.options import kafka_command
from eventq.commands.output import write
from eventq.commands.signals import stop_at_once

if TYPE_CHECKING:
    from eventq.loops.local.store import Store


@kafka_command
def jars(
    place: Place,
    listed: Annotated[
        bool, typer.Option("--list", help="Print the address of each instead; fetches none.")
    ] = False,
    maven_repository: Repository = None,
) -> None:
    """Download Kafka's jars, unless they are there, and print their folder."""
    from eventq.loops.local import maven
    from eventq.loops.local.jars import pinned_jars

    check_repository(maven_repository)
    if listed:
        repository = maven.repository(maven_repository)
        write("".join(f"{repository.address(jar.path)}\n" for jar in pinned_jars().jars))
        return
    with stop_at_once():
        write(f"{jars_folder(place, store_of(place), maven_repository)}\n")


def jars_folder(place: Place, store: "Store", repository: str | None) -> Path:
    """The folder of the jars, which are all there when this returns."""
    from eventq.loops.local import maven
    from eventq.loops.local.jars import ensure_jars, pinned_jars

    wanted = pinned_jars()
    folder = store.layout.jars / wanted.folder_name
    with progress(place, f"Kafka {wanted.kafka_version}") as shown:
        ensure_jars(wanted, folder, partial(maven.repository, repository), shown)
    return folder


def register(group: typer.Typer) -> None:
    group.command("jars")(jars)
