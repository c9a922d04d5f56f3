"""The state of a local Kafka, of what is seen of its processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from eventq.core.local.cluster import Cluster, Node


class NodeState(Enum):
    """CRASHED: it was started, was not stopped by `down`, and its process is gone."""

    RUNNING = "running"
    STOPPED = "stopped"
    CRASHED = "crashed"


class ClusterState(Enum):
    """UNREADY: every node runs, and not all of them answer yet, or any more."""

    RUNNING = "running"
    UNREADY = "unready"
    CRASHED = "crashed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """`pid` and `java`, its program, are None unless it runs.

    `tail` has the last lines of the log of a crashed one; of another it is empty.
    """

    node: Node
    state: NodeState
    pid: int | None = None
    java: str | None = None
    log: str | None = None
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    cluster: Cluster
    state: ClusterState
    nodes: tuple[NodeStatus, ...]


def cluster_state(nodes: Sequence[NodeState], *, ready: bool) -> ClusterState:
    """`ready`: whether the cluster answers; it counts only where every node runs."""
    if NodeState.CRASHED in nodes:
        return ClusterState.CRASHED
    if set(nodes) == {NodeState.RUNNING}:
        return ClusterState.RUNNING if ready else ClusterState.UNREADY
    return ClusterState.STOPPED if NodeState.RUNNING not in nodes else ClusterState.UNREADY
