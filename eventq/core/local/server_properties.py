"""The server.properties of one node."""

from collections.abc import Mapping
from pathlib import Path

from eventq.core.local.cluster import HOST, PASSWORD, USER, Cluster, Node

_REPLICATED_FROM = 3
_REPLICAS = {
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}


def parse_common(text: str) -> dict[str, str]:
    """The settings of broker.properties, which every node has."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def server_properties(cluster: Cluster, node: Node, data: Path, common: Mapping[str, str]) -> dict[str, str]:
    listeners = f"PLAINTEXT://{HOST}:{node.plain}"
    if cluster.sasl:
        listeners += f",SASL_PLAINTEXT://{HOST}:{node.port}"
    voters = ",".join(f"{each.id}@{HOST}:{each.controller}" for each in cluster.nodes)
    return {
        **common,
        **(_REPLICAS if len(cluster.nodes) >= _REPLICATED_FROM else {}),
        "node.id": str(node.id),
        "listeners": f"{listeners},CONTROLLER://{HOST}:{node.controller}",
        "advertised.listeners": listeners,
        "controller.quorum.voters": voters,
        "log.dirs": str(data),
        **(_sasl() if cluster.sasl else {}),
        **cluster.settings,
    }


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


def java_text(properties: Mapping[str, str]) -> str:
    """As Java reads a file of properties, whose encoding is Latin-1."""
    return "".join(f"{_key(key)}={_escaped(value)}\n" for key, value in properties.items())


def _key(text: str) -> str:
    return "".join(f"\\{each}" if each in " :=#!" else each for each in _escaped(text))


def _escaped(text: str) -> str:
    shown = "".join(_ESCAPES.get(each, each) for each in text)
    shown = f"\\{shown}" if shown.startswith(" ") else shown
    units = shown.encode("utf-16-be")
    pairs = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(unit) if unit < 0x7F else f"\\u{unit:04x}" for unit in pairs)  # noqa: PLR2004 - ASCII
