"""The way with Java: start the nodes that do not run, wait until all answer, leave none behind."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

from local_kafka import jars, ports, probe
from local_kafka.layout import Cluster, KafkaProblem
from local_kafka.node import Broker

_START_SECONDS = 150.0
_STOP_SECONDS = 15.0


def brokers(cluster: Cluster) -> list[Broker]:
    return [Broker(cluster, node) for node in cluster.nodes]


def running(cluster: Cluster) -> list[Broker]:
    return [broker for broker in brokers(cluster) if broker.pid() is not None]


def up(cluster: Cluster) -> None:
    """All nodes answer afterwards; if one can't be started, none that was started here is left."""
    program = jars.java()
    if program is None:
        raise KafkaProblem("Java 17 or later is needed: install it, or set JAVA_HOME, and run this again")
    libraries = jars.ensure()
    missing = [broker for broker in brokers(cluster) if broker.pid() is None]
    for broker in missing:
        _need_free_ports(broker)
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda broker: broker.start(program, libraries), missing))
        _await_all(cluster)
    except BaseException:
        stop(missing, now=True)
        raise


def _need_free_ports(broker: Broker) -> None:
    for port in sorted({broker.node.port, broker.node.plain, broker.node.controller}):
        if not ports.comes_free(port):
            what = "a Kafka that this checkout did not start" if probe.brokers(port) else "another program"
            raise KafkaProblem(
                f"port {port} is in use by {what}: stop it, or take another port (scripts/kafka up --port N)"
            )


def _await_all(cluster: Cluster) -> None:
    expected = {node.plain for node in cluster.nodes}
    until = time.monotonic() + _START_SECONDS
    while not is_ready(cluster):
        for broker in brokers(cluster):
            if broker.pid() is None:
                raise KafkaProblem(
                    f"node {broker.node.id} ended while starting; its log ends:\n{broker.tail(30)}"
                )
        if time.monotonic() > until:
            log = brokers(cluster)[0].tail(30)
            raise KafkaProblem(
                f"no answer from {sorted(expected)} within {_START_SECONDS:g} s; the log ends:\n{log}"
            )
        time.sleep(0.1)


def is_ready(cluster: Cluster) -> bool:
    """Whether every node lives, says that all nodes do, and knows where to read each group, which answers."""
    expected = {node.plain for node in cluster.nodes}
    return (
        len(running(cluster)) == len(cluster.nodes)
        and all(probe.brokers(port) == expected for port in expected)
        and all(probe.serves_groups(port) for port in expected)
    )


def stop(wanted: list[Broker], *, now: bool = False) -> None:
    """Ends the processes: in order within 15 s, then by force; `now` by force at once."""
    for broker in wanted:
        broker.signal(signal.SIGKILL if now else signal.SIGTERM)
    if not _gone(wanted, _STOP_SECONDS):
        for broker in wanted:
            broker.signal(signal.SIGKILL)
        _gone(wanted, _STOP_SECONDS)
    for broker in wanted:
        broker.forget_pid()


def _gone(wanted: list[Broker], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(broker.pid() is not None for broker in wanted):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
