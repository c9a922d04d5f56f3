"""Brokers of the tests' own, started by scripts/kafka as a user would, on free ports."""

import os
import signal
import subprocess
import uuid

import pytest

from eventq.broker.local import probe
from eventq.core.local.cluster import Cluster
from eventq.loops.local import java_cluster
from eventq.loops.local.node import Broker
from tests import local_kafka, run_folder
from tests.run_folder import SCRIPT

START_SECONDS = 170.0


class PrivateKafka:
    """A cluster that a test may stop, kill and start again; `bootstrap` stays the same over all of it."""

    def __init__(self, *options: str) -> None:
        self.name = f"test-{uuid.uuid4().hex[:10]}"
        self.bootstrap = _up("--name", self.name, *options)
        self.port = int(self.bootstrap.split(",", maxsplit=1)[0].rsplit(":", 1)[1])
        run_folder.started(self.name)

    @property
    def plain_bootstrap(self) -> str:
        """Where no SASL is asked for."""
        return self._cluster.plain_bootstrap

    @property
    def _cluster(self) -> Cluster:
        cluster = local_kafka.store().load(self.name)
        assert cluster is not None, f"nothing is kept under the name {self.name}"
        return cluster

    def node(self, number: int = 1) -> Broker:
        """Node 1 to N: its `pid()`, `log`, `signal()`."""
        layout = local_kafka.store().layout
        return java_cluster.JavaCluster(layout, self._cluster, probe).brokers[number - 1]

    def up(self) -> None:
        """Starts the nodes that do not run and waits until all answer."""
        _up("--name", self.name)

    def kill(self, number: int = 1) -> None:
        """Kill -9 of one node, gone when this returns; `up` brings it back with its data."""
        java_cluster.stop([self.node(number)], now=True)

    def stop(self, number: int = 1) -> None:
        """An orderly stop of one node."""
        java_cluster.stop([self.node(number)])

    def pause(self, number: int = 1) -> None:
        """SIGSTOP: it accepts connections and never answers, until `resume`."""
        self.node(number).signal(signal.SIGSTOP)

    def resume(self, number: int = 1) -> None:
        self.node(number).signal(signal.SIGCONT)

    def remove(self) -> None:
        run_folder.remove(self.name)


def _up(*options: str) -> str:
    """The address of a started cluster. Where none can be started: skipped on a laptop, a failure in CI."""
    up = subprocess.Popen([SCRIPT, "up", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, err = up.communicate(timeout=START_SECONDS)
    except BaseException:  # it takes back what it has started, if it is given the time
        up.terminate()
        up.communicate()
        raise
    if up.returncode == 0:
        return out.strip()
    if os.environ.get("CI") == "true":
        pytest.fail(f"no broker: {err}")
    pytest.skip(f"no broker: {err}")
