"""The two ways of running a cluster, told apart by what is kept of it."""

from eventq.core.local.cluster import Cluster
from eventq.core.local.layout import Layout
from eventq.core.local.status import ClusterState, ClusterStatus
from eventq.loops.local.docker_cluster import DockerCluster
from eventq.loops.local.interfaces import Probe
from eventq.loops.local.java_cluster import JavaCluster
from eventq.loops.local.store import Store


def way_of(layout: Layout, cluster: Cluster, probe: Probe) -> JavaCluster | DockerCluster:
    kind = DockerCluster if cluster.way == "docker" else JavaCluster
    return kind(layout, cluster, probe)


def down(store: Store, cluster: Cluster, probe: Probe) -> tuple[bool, list[int]]:
    """Stops it, keeps its data: whether it ran, and the nodes that had to be killed."""
    way = way_of(store.layout, cluster, probe)
    ran = way.status().state is not ClusterState.STOPPED
    killed = way.stop()
    return ran, killed or []


def wipe(store: Store, cluster: Cluster, probe: Probe) -> None:
    """Stops it at once and removes its data."""
    way = way_of(store.layout, cluster, probe)
    if isinstance(way, DockerCluster):
        way.remove()
    else:
        way.stop(now=True)
    store.forget(cluster.name)


def status(store: Store, cluster: Cluster, probe: Probe) -> ClusterStatus:
    return way_of(store.layout, cluster, probe).status()
