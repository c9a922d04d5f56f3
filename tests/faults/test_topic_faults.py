"""`eventq topic` on a cluster that lost a broker: what is known is shown, what is not says why."""

import json
import subprocess
import sys
import uuid
from typing import Any

from tests.consume_harness import eventually
from tests.private_kafka import PrivateKafka


def eventq(cluster: PrivateKafka, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eventq", "topic", *arguments, "-b", cluster.bootstrap]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def describe(cluster: PrivateKafka, topic: str) -> Any:
    done = eventq(cluster, "describe", topic, "-o", "json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)["topics"][0]


def test_a_topic_without_a_broker_shows_what_is_left_of_it(cluster: PrivateKafka) -> None:
    kept, lost = (f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("kept", "lost"))
    assert eventq(cluster, "create", kept, "--replicas", "3", "--partitions", "3").returncode == 0
    assert eventq(cluster, "create", lost, "--replicas", "1", "--partitions", "3").returncode == 0
    assert [part["in_sync"] == part["replicas"] for part in describe(cluster, kept)["partitions"]] == [
        True
    ] * 3
    cluster.kill(3)
    eventually(lambda: any(p["leader"] is None for p in describe(cluster, lost)["partitions"]), "no leader")
    healthy = eventually(
        lambda: (found := describe(cluster, kept))["error"] is None and found, "leaders on the other two"
    )
    assert [part["under_replicated"] for part in healthy["partitions"]] == [True] * 3
    done = eventq(cluster, "describe", lost)
    assert done.returncode == 1
    assert done.stdout.count("no-leader") == 1
    assert done.stdout.count(" ok") == 2
    assert f"topic {lost}: partition" in done.stderr
    listed = {row["topic"]: row for row in json.loads(eventq(cluster, "list", "-o", "json").stdout)["topics"]}
    assert (listed[kept]["under_replicated"], listed[lost]["without_leader"]) == (3, 1)
