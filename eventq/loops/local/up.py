"""`up`: what is asked for is brought to run, once, and is taken back if that fails."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eventq.core.errors import EventqError
from eventq.core.local.cluster import Cluster, Request, changed, new_cluster, reshaped
from eventq.core.local.status import ClusterState, NodeState
from eventq.loops.local import ports
from eventq.loops.local.docker_cluster import DockerCluster, need_docker
from eventq.loops.local.interfaces import Probe
from eventq.loops.local.java_cluster import JavaCluster
from eventq.loops.local.store import Store
from eventq.loops.local.ways import way_of

Prepare = Callable[[str | None], tuple[str, Path]]
"""Of --java the Java program and the folder of the jars, which are there when it returns."""


@dataclass(frozen=True, slots=True)
class Started:
    """`seconds` from the ready jars to the ready cluster; None when it ran before."""

    cluster: Cluster
    seconds: float | None


def up(store: Store, probe: Probe, request: Request, prepare: Prepare) -> Started:
    """The cluster answers afterwards. What is there already and was not asked about stays as it was."""
    kept = store.load(request.name)
    if kept is not None and reshaped(kept, request):
        raise EventqError(
            f"another kind of cluster is kept under the name {request.name!r}",
            hint=f"another --name, or {store.layout.command('wipe', request.name)} to remove it and its data",
        )
    try:
        return _brought_up(store, probe, kept, request, prepare)
    except OSError as error:
        raise EventqError(
            f"{request.name!r} could not be started: {error.filename or store.layout.data}: {error.strerror}"
        ) from error


def _brought_up(
    store: Store, probe: Probe, kept: Cluster | None, request: Request, prepare: Prepare
) -> Started:
    with store.choosing_ports():
        cluster = _wanted(store, kept, request)
        way = way_of(store.layout, cluster, probe)
        _refuse_other_settings(store, kept, cluster, way)
        store.save(cluster)
    try:
        return Started(cluster, _start(store, way, prepare))
    except BaseException:
        with suppress(OSError, EventqError):  # what went wrong first is told
            store.save(kept) if kept else store.forget(cluster.name)
        raise


def _wanted(store: Store, kept: Cluster | None, request: Request) -> Cluster:
    if kept is not None:
        return changed(kept, request)
    taken = {*store.ports(but=request.name), *([request.port] if request.port else [])}
    return new_cluster(request, partial(ports.pick, taken))


def _refuse_other_settings(
    store: Store, kept: Cluster | None, cluster: Cluster, way: JavaCluster | DockerCluster
) -> None:
    if kept is None or cluster == kept:
        return
    nodes = way_of(store.layout, kept, way.probe).status().nodes
    if any(node.state is NodeState.RUNNING for node in nodes):
        raise EventqError(
            f"{cluster.name!r} runs with other settings",
            hint=f"first {store.layout.command('down', cluster.name)}",
        )


def _start(store: Store, way: JavaCluster | DockerCluster, prepare: Prepare) -> float | None:
    if isinstance(way, DockerCluster):
        need_docker()
    if way.status().state is ClusterState.RUNNING:
        return None
    if isinstance(way, DockerCluster):
        began = time.monotonic()
        way.start()
        return time.monotonic() - began
    way.need_free_ports(store.ports(but=way.cluster.name))
    java, jars = prepare(way.cluster.java)
    began = time.monotonic()
    way.start(java, jars)
    return time.monotonic() - began
