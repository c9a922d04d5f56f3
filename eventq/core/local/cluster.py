"""What a local Kafka is made of: its nodes, their ports, and what was asked of it."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eventq.core.errors import UsageError

HOST = "127.0.0.1"
PORT = 9092
"""Of the cluster that has no name of its own."""
DEFAULT_NAME = "default"
USER, PASSWORD = "eventq", "eventq-secret"
"""For development only."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_OWN = {
    **dict.fromkeys(("listeners", "advertised.listeners", "port"), "--port gives the address"),
    **dict.fromkeys(("node.id", "broker.id", "process.roles"), "--nodes gives the nodes"),
    **dict.fromkeys(("controller.quorum.voters", "controller.listener.names"), "--nodes gives the nodes"),
    **dict.fromkeys(("log.dir", "log.dirs", "metadata.log.dir"), "--dir gives the folder"),
    **dict.fromkeys(
        ("listener.security.protocol.map", "inter.broker.listener.name"), "--sasl is what there is"
    ),
}
"""Settings that can't be given, and what there is in their place."""


@dataclass(frozen=True, slots=True)
class Node:
    """`port` is for clients; `plain` is the same without SASL: brokers among themselves, and the probe."""

    id: int
    port: int
    plain: int
    controller: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """`way` is java or docker; `settings` came by -c; `java` by --java."""

    name: str
    way: str
    nodes: tuple[Node, ...]
    sasl: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    small: bool = False
    java: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:22])  # Kafka's ids have 22 characters

    @property
    def port(self) -> int:
        return self.nodes[0].port

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{HOST}:{node.port}" for node in self.nodes)

    @property
    def plain_bootstrap(self) -> str:
        """The same cluster without SASL."""
        return ",".join(f"{HOST}:{node.plain}" for node in self.nodes)

    @property
    def ports(self) -> set[int]:
        return {port for node in self.nodes for port in (node.port, node.plain, node.controller)}


def to_document(cluster: Cluster) -> dict[str, Any]:
    return asdict(cluster)


def from_document(document: Mapping[str, Any]) -> Cluster:
    """TypeError or KeyError for what `to_document` did not make."""
    return Cluster(**{**document, "nodes": tuple(Node(**node) for node in document["nodes"])})


@dataclass(frozen=True, slots=True)
class Request:
    """What `up` was asked for; None, False or empty where it was asked nothing."""

    name: str = DEFAULT_NAME
    port: int | None = None
    nodes: int | None = None
    sasl: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    small: bool = False
    java: str | None = None
    docker: bool = False

    def check(self) -> None:
        """UsageError for what Docker's compose file has no place for."""
        beyond = {
            "--nodes": (self.nodes or 1) > 1,
            "--sasl": self.sasl,
            "-c": bool(self.settings),
            "--small": self.small,
            "--java": self.java is not None,
        }
        given = [option for option, there in beyond.items() if there]
        if self.docker and given:
            raise UsageError(
                f"--docker starts one plain node: {', '.join(given)} can't be given with it",
                hint="leave out --docker",
            )


def new_cluster(request: Request, pick: Callable[[], int]) -> Cluster:
    """`pick` gives a free port, another one at each call."""
    first = request.port
    if first is None and request.name == DEFAULT_NAME:
        first = PORT
    nodes = []
    for number in range(1, (request.nodes or 1) + 1):
        client = first if first and number == 1 else pick()
        nodes.append(Node(number, client, pick() if request.sasl else client, pick()))
    way = "docker" if request.docker else "java"
    settings = dict(request.settings)
    return Cluster(request.name, way, tuple(nodes), request.sasl, settings, request.small, request.java)


def changed(kept: Cluster, request: Request) -> Cluster:
    """The kept cluster as it is asked for now: what is not asked about stays."""
    first = replace(kept.nodes[0], port=request.port or kept.port)
    if not kept.sasl:
        first = replace(first, plain=first.port)
    return replace(
        kept,
        nodes=(first, *kept.nodes[1:]),
        settings=dict(request.settings) or kept.settings,
        small=kept.small or request.small,
        java=request.java or kept.java,
    )


def reshaped(kept: Cluster, request: Request) -> bool:
    """Whether something is asked for that only a new cluster can have."""
    beyond_docker = bool(request.settings or request.small or request.java)
    return (
        (request.docker and kept.way != "docker")
        or (kept.way == "docker" and beyond_docker)
        or (request.sasl and not kept.sasl)
        or request.nodes not in {None, len(kept.nodes)}
    )


def check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"not a name for a local Kafka: {name!r:.120}",
            hint="at most 40 of a-z, 0-9, - and _, the first a letter or a digit",
        )
    return name


def parse_settings(given: Sequence[str]) -> dict[str, str]:
    """Broker settings of `-c KEY=VALUE`."""
    found: dict[str, str] = {}
    for text in given:
        key, sign, value = (part.strip() for part in text.partition("="))
        if not key or not sign:
            raise UsageError(f"not a broker setting: -c {text!r:.120}", hint="write it as -c KEY=VALUE")
        if key in _OWN:
            raise UsageError(f"-c {key} can't be set", hint=_OWN[key])
        if key in found:
            raise UsageError(f"-c {key} is given twice", hint="leave one of them out")
        found[key] = value
    return found
