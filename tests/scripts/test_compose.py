"""docker-compose.kafka.yml: well-formed, private, and the same Kafka as the way with Java."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from eventq.core.local.cluster import Request, new_cluster
from eventq.core.local.server_properties import parse_common, server_properties
from eventq.loops.local.files import FILES
from eventq.loops.local.jars import pinned_jars

FILE = FILES / "docker-compose.kafka.yml"
COMMON = parse_common((FILES / "broker.properties").read_text(encoding="utf-8"))
PORT = "${EVENTQ_KAFKA_PORT:-9092}"


@pytest.fixture(scope="module")
def service() -> Any:
    parsed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert set(parsed) == {"services", "volumes"}
    assert list(parsed["services"]) == ["kafka"]
    assert parsed["volumes"] == {"data": None}
    return parsed["services"]["kafka"]


def test_both_ways_run_the_same_version(service: Any) -> None:
    assert service["image"] == f"apache/kafka:{pinned_jars().kafka_version}"


def test_both_ways_have_the_same_broker_settings(service: Any) -> None:
    """The compose file mounts the file that the way with Java reads, and adds nothing but the place."""
    assert "./broker.properties:/mnt/shared/config/server.properties:ro" in service["volumes"]
    place = {"node.id", "controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
    variables = {name for name in service["environment"] if name != "KAFKA_HEAP_OPTS"}
    assert {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in variables} == place
    cluster = new_cluster(Request(), lambda: 20000)
    java = server_properties(cluster, cluster.nodes[0], Path("data"), COMMON)
    assert set(java) - set(COMMON) == place
    assert COMMON.items() <= java.items()


def test_the_settings_that_matter_on_one_node_are_there() -> None:
    assert COMMON["offsets.topic.replication.factor"] == "1"
    assert COMMON["transaction.state.log.replication.factor"] == "1"
    assert COMMON["transaction.state.log.min.isr"] == "1"
    assert COMMON["group.initial.rebalance.delay.ms"] == "0"
    assert COMMON["process.roles"] == "broker,controller"


def test_only_this_machine_can_reach_it_and_it_reaches_itself(service: Any) -> None:
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["environment"]["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://127.0.0.1:{PORT}"
    assert service["environment"]["KAFKA_LISTENERS"].startswith(f"PLAINTEXT://:{PORT},CONTROLLER://")


def test_its_data_has_a_named_volume_and_its_health_is_asked_of_the_broker(service: Any) -> None:
    assert f"data:{service['environment']['KAFKA_LOG_DIRS']}" in service["volumes"]
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert check["test"][-2:] == ["--bootstrap-server", f"127.0.0.1:{PORT}"]
    assert all(re.fullmatch(r"\d+s", check[key]) for key in ("interval", "timeout", "start_period"))
