"""The status of local clusters, as lines and as a document."""

from collections.abc import Iterable, Sequence
from typing import Any

from eventq.core.local.cluster import USER
from eventq.core.local.status import ClusterState, ClusterStatus, NodeState, NodeStatus
from eventq.core.text import plural
from eventq.views.columns import joined


def document(clusters: Iterable[ClusterStatus]) -> dict[str, Any]:
    return {"clusters": [_cluster(status) for status in clusters]}


def _cluster(status: ClusterStatus) -> dict[str, Any]:
    cluster = status.cluster
    return {
        "name": cluster.name,
        "state": status.state.value,
        "bootstrap": cluster.bootstrap,
        "way": cluster.way,
        "sasl": cluster.sasl,
        "user": USER if cluster.sasl else None,
        "settings": dict(cluster.settings),
        "nodes": [_node(node) for node in status.nodes],
    }


def _node(status: NodeStatus) -> dict[str, Any]:
    return {
        "node": status.node.id,
        "port": status.node.port,
        "state": status.state.value,
        "pid": status.pid,
        "java": status.java,
        "log": status.log,
        "last_lines": list(status.tail),
    }


def text(clusters: Sequence[ClusterStatus]) -> str:
    """A line a cluster; below it, for each node that has crashed, the end of its log."""
    lines: list[str] = []
    for status in clusters:
        cluster = status.cluster
        more = [plural(len(cluster.nodes), "node"), cluster.way, *(["SASL"] if cluster.sasl else [])]
        pids = [f"pid {node.pid}" for node in status.nodes if node.pid is not None]
        lines.append(
            f"{cluster.name}  {status.state.value}  {cluster.bootstrap}  {', '.join([*more, *pids])}"
        )
        lines += [line for node in status.nodes for line in _crash(node)]
    return joined(lines or ["no local Kafka is kept"])


def _crash(node: NodeStatus) -> list[str]:
    if node.state is not NodeState.CRASHED:
        return []
    return [
        f"  node {node.node.id} has crashed; the end of {node.log}:",
        *(f"    {line}" for line in node.tail),
    ]


def all_run(clusters: Sequence[ClusterStatus]) -> bool:
    return all(status.state is ClusterState.RUNNING for status in clusters)
