"""The way with Java: start the nodes that do not run, wait until all answer, leave none behind."""

import signal
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from eventq.core.errors import EventqError, TimedOut
from eventq.core.local.cluster import Cluster
from eventq.core.local.layout import Layout
from eventq.core.local.status import ClusterStatus, NodeState, cluster_state
from eventq.loops.local import ports
from eventq.loops.local.interfaces import Probe
from eventq.loops.local.node import Broker

_START_SECONDS = 150.0
_STOP_SECONDS = 20.0


class JavaCluster:
    def __init__(self, layout: Layout, cluster: Cluster, probe: Probe) -> None:
        self.cluster, self.probe = cluster, probe
        self.brokers = [Broker(layout, cluster, node) for node in cluster.nodes]

    def status(self) -> ClusterStatus:
        nodes = tuple(broker.status() for broker in self.brokers)
        states = [node.state for node in nodes]
        ready = set(states) == {NodeState.RUNNING} and self.is_ready()
        return ClusterStatus(self.cluster, cluster_state(states, ready=ready), nodes)

    def is_ready(self) -> bool:
        """Whether every node lives, says that all do, and knows where to read each group, which answers."""
        expected = {node.plain for node in self.cluster.nodes}
        return (
            all(broker.pid() is not None for broker in self.brokers)
            and all(self.probe.brokers(port) == expected for port in expected)
            and all(self.probe.serves_groups(port) for port in expected)
        )

    def need_free_ports(self, others: Mapping[int, str]) -> None:
        """EventqError if something listens where a node is to be started.

        `others` has the ports of other clusters that are kept, and their names.
        """
        for broker in self._missing():
            self._need_free_ports_of(broker, others)

    def start(self, java: str, jars: Path) -> None:
        """All nodes answer afterwards; if one can't be started, none that was started here is left."""
        missing = self._missing()
        try:
            with (
                ThreadPoolExecutor() as pool
            ):  # its threads note each process, whatever signal comes meanwhile
                list(pool.map(lambda broker: broker.start(java, jars), missing))
            self._await_all()
        except BaseException:
            stop(missing, now=True)
            raise

    def _missing(self) -> list[Broker]:
        return [broker for broker in self.brokers if broker.pid() is None]

    def _need_free_ports_of(self, broker: Broker, others: Mapping[int, str]) -> None:
        for port in sorted({broker.node.port, broker.node.plain, broker.node.controller}):
            if not ports.comes_free(port):
                raise EventqError(
                    f"port {port} is in use by {self._listener(port, others)}",
                    hint="stop it, or take another port: --port N, or --port 0 for a free one",
                )

    def _listener(self, port: int, others: Mapping[int, str]) -> str:
        if self.probe.brokers(port) is None:
            return "another program"
        return f"the local Kafka {others[port]!r}" if port in others else "a Kafka that was started otherwise"

    def _await_all(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            for broker in self.brokers:
                if broker.pid() is None:
                    raise EventqError(
                        f"node {broker.node.id} ended while it started; the end of its log:",
                        details=broker.tail(),
                    )
            if time.monotonic() > until:
                raise TimedOut(
                    f"no answer from {self.cluster.plain_bootstrap} within {_START_SECONDS:g} s; "
                    "the end of the log of node 1:",
                    details=self.brokers[0].tail(),
                )
            time.sleep(0.1)

    def stop(self, *, now: bool = False) -> list[int]:
        """Ends all nodes; see `stop`."""
        return stop(self.brokers, now=now)


def stop(wanted: list[Broker], *, now: bool = False) -> list[int]:
    """Ends the processes: in order within 20 s, then by force; `now` by force at once.

    The numbers of the nodes that were asked to end in order and did not.
    """
    for broker in wanted:
        broker.signal(signal.SIGKILL if now else signal.SIGTERM)
    _await_end(wanted, _STOP_SECONDS)
    left = [broker for broker in wanted if broker.pid() is not None]
    for broker in left:
        broker.signal(signal.SIGKILL)
    _await_end(left, _STOP_SECONDS)
    for broker in wanted:
        broker.forget_process()
    return [broker.node.id for broker in left]


def _await_end(wanted: list[Broker], seconds: float) -> None:
    until = time.monotonic() + seconds
    while any(broker.pid() is not None for broker in wanted) and time.monotonic() < until:
        time.sleep(0.05)
