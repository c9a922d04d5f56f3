"""docker-compose.kafka.yml: well-formed, private, and the same Kafka as the way with Java."""

import re
from typing import Any

import pytest
import yaml
from local_kafka import jars, layout

from tests.run_folder import CHECKOUT

FILE = CHECKOUT / "docker-compose.kafka.yml"
PORT = "${EVENTQ_KAFKA_PORT:-9092}"


@pytest.fixture(scope="module")
def service() -> Any:
    parsed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert set(parsed) == {"services", "volumes"}
    assert list(parsed["services"]) == ["kafka"]
    assert parsed["volumes"] == {"data": None}
    return parsed["services"]["kafka"]


def test_both_ways_run_the_same_version(service: Any) -> None:
    assert service["image"] == f"apache/kafka:{jars.kafka_version()}"


def test_both_ways_have_the_same_broker_settings(service: Any) -> None:
    """The compose file mounts the file that the way with Java reads, and adds nothing but the place."""
    shared = (layout.HERE / "broker.properties").relative_to(CHECKOUT)
    assert f"./{shared}:/mnt/shared/config/server.properties:ro" in service["volumes"]
    place = {"node.id", "controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}
    variables = {name for name in service["environment"] if name != "KAFKA_HEAP_OPTS"}
    assert {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in variables} == place
    cluster = layout.new_cluster(9092, 1, "java", sasl=False, settings={}, small=False)
    java = layout.properties(cluster, cluster.nodes[0], layout.HOME)
    assert set(java) - set(layout.common()) == place
    assert layout.common().items() <= java.items()


def test_the_settings_that_matter_on_one_node_are_there() -> None:
    common = layout.common()
    assert common["offsets.topic.replication.factor"] == "1"
    assert common["transaction.state.log.replication.factor"] == "1"
    assert common["transaction.state.log.min.isr"] == "1"
    assert common["group.initial.rebalance.delay.ms"] == "0"
    assert common["process.roles"] == "broker,controller"


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
