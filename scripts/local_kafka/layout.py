"""What a cluster is made of, and the folder of the checkout where it is remembered: .kafka/PORT/."""

import json
import shutil
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local_kafka import ports

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
HOME = CHECKOUT / ".kafka"
USER, PASSWORD = "eventq", "eventq-secret"  # for development only
_REPLICAS = {
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}


class KafkaProblem(Exception):
    """What the user is told, in place of a traceback."""


@dataclass(frozen=True)
class Node:
    """`port` is for clients; `plain` is the same without SASL: brokers among themselves, and the probe."""

    id: int
    port: int
    plain: int
    controller: int


@dataclass(frozen=True)
class Cluster:
    """`way` is docker or java; `settings` came by -c and stand behind our own."""

    way: str
    nodes: list[Node]
    sasl: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    small: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:22])  # Kafka's ids have 22 characters

    @property
    def port(self) -> int:
        return self.nodes[0].port

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{ports.HOST}:{node.port}" for node in self.nodes)

    @property
    def plain_bootstrap(self) -> str:
        """The same cluster without SASL."""
        return ",".join(f"{ports.HOST}:{node.plain}" for node in self.nodes)

    @property
    def folder(self) -> Path:
        return HOME / str(self.port)


def new_cluster(
    port: int, count: int, way: str, *, sasl: bool, settings: dict[str, str], small: bool
) -> Cluster:
    taken: set[int] = set(known())
    first = port or ports.pick(taken)
    taken.add(first)
    nodes = []
    for number in range(1, count + 1):
        client = first if number == 1 else ports.pick(taken)
        plain = ports.pick(taken) if sasl else client
        nodes.append(Node(number, client, plain, ports.pick(taken)))
    return Cluster(way, nodes, sasl, settings, small)


def properties(cluster: Cluster, node: Node, data: Path) -> dict[str, str]:
    """The server.properties of one node of the Java way."""
    host = ports.HOST
    listeners = f"PLAINTEXT://{host}:{node.plain}"
    if cluster.sasl:
        listeners += f",SASL_PLAINTEXT://{host}:{node.port}"
    voters = ",".join(f"{each.id}@{host}:{each.controller}" for each in cluster.nodes)
    return {
        **common(),
        **(_REPLICAS if len(cluster.nodes) > 2 else {}),
        "node.id": str(node.id),
        "listeners": f"{listeners},CONTROLLER://{host}:{node.controller}",
        "advertised.listeners": listeners,
        "controller.quorum.voters": voters,
        "log.dirs": str(data),
        **(_sasl() if cluster.sasl else {}),
        **cluster.settings,
    }


def common() -> dict[str, str]:
    """The settings that both ways share."""
    lines = (HERE / "broker.properties").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _sasl() -> dict[str, str]:
    security, listener = "org.apache.kafka.common.security", "listener.name.sasl_plaintext"
    scram = f"{security}.scram.ScramLoginModule required;"
    return {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        f"{listener}.plain.sasl.jaas.config": (
            f'{security}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
        f"{listener}.scram-sha-256.sasl.jaas.config": scram,
        f"{listener}.scram-sha-512.sasl.jaas.config": scram,
    }


def load(port: int) -> Cluster | None:
    """The cluster that was started at `port`, None if none was."""
    try:
        kept = json.loads((HOME / str(port) / "cluster.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Cluster(**{**kept, "nodes": [Node(**node) for node in kept["nodes"]]})


def save(cluster: Cluster) -> None:
    cluster.folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(cluster), indent=2) + "\n"
    (cluster.folder / "cluster.json").write_text(text, encoding="utf-8")


def forget(cluster: Cluster) -> None:
    shutil.rmtree(cluster.folder, ignore_errors=True)


def known() -> list[int]:
    """The ports at which clusters were started and not wiped."""
    return sorted(int(path.parent.name) for path in HOME.glob("*/cluster.json"))
