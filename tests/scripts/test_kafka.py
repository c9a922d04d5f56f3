"""scripts/kafka on real processes: what a user, the tests and CI rely on."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from kafka import KafkaAdminClient
from local_kafka import layout, ports, probe

from tests.consume_harness import alive
from tests.private_kafka import PrivateKafka
from tests.run_folder import SCRIPT
from tests.slow_coordinator import REFUSALS, slow_coordinator


def kafka(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, **environment}
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, check=False, env=environ)


@pytest.fixture
def free_port() -> Iterator[str]:
    """A port for a cluster that the test starts; what is left there afterwards is removed."""
    port = str(ports.pick(set()))
    yield port
    kafka("wipe", "--port", port)


def test_up_twice_is_harmless_and_prints_the_same_address(restartable: PrivateKafka) -> None:
    before = restartable.node().pid()
    again = kafka("up", "--port", str(restartable.port))
    assert (again.returncode, again.stdout.strip()) == (0, restartable.bootstrap)
    assert restartable.node().pid() == before
    assert kafka("status", "--port", str(restartable.port)).stdout.split() == [
        restartable.bootstrap,
        "up",
        "java",
        str(before),
    ]


def test_down_leaves_no_process_and_keeps_the_data(restartable: PrivateKafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=restartable.bootstrap)
    admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    pid = restartable.node().pid()
    assert pid is not None
    assert kafka("down", "--port", str(restartable.port)).returncode == 0
    assert not alive(pid)
    assert ports.comes_free(restartable.port)
    assert kafka("status", "--port", str(restartable.port)).returncode == 1
    restartable.up()
    admin = KafkaAdminClient(bootstrap_servers=restartable.bootstrap)
    assert "kept" in admin.list_topics()
    admin.close()


def test_a_started_broker_serves_every_group_at_once(restartable: PrivateKafka) -> None:
    restartable.stop()
    restartable.up()
    groups = [*probe.groups_by_partition(50).values(), "nobody"]
    admin = KafkaAdminClient(bootstrap_servers=restartable.bootstrap)
    assert admin.list_group_offsets(groups) == {group: {} for group in groups}
    admin.close()


def test_it_is_not_ready_before_each_group_can_be_read(restartable: PrivateKafka) -> None:
    with slow_coordinator(restartable.bootstrap) as slow:
        port = int(slow.bootstrap.rsplit(":", 1)[1])
        answers = [probe.serves_groups(port) for _ in range(REFUSALS + 2)]
    no_coordinator, some_are_loading, ready = [False] * REFUSALS, [False], [True]
    assert answers == no_coordinator + some_are_loading + ready


def test_the_probe_asks_about_a_group_of_each_partition_of_the_offsets_topic(cluster: PrivateKafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    (topic,) = admin.describe_topics(["__consumer_offsets"])
    leaders = {each["partition_index"]: each["leader_id"] for each in topic["partitions"]}
    groups = probe.groups_by_partition(len(leaders))
    assert groups.keys() == leaders.keys()
    for partition, group in groups.items():
        (said,) = admin.describe_groups([group], group_coordinator_id=leaders[partition]).values()
        assert "GroupIdNotFoundError" in said["error"]  # another than the coordinator would not know
    admin.close()


def test_a_killed_broker_is_noticed_and_comes_back(restartable: PrivateKafka) -> None:
    restartable.kill()
    assert kafka("status", "--port", str(restartable.port)).returncode == 1
    restartable.up()
    assert probe.brokers(restartable.port) == {restartable.port}


def test_other_settings_for_a_running_broker_are_refused(restartable: PrivateKafka) -> None:
    port = str(restartable.port)
    other = kafka("up", "--port", port, "-c", "log.retention.hours=1")
    assert other.returncode == 1
    assert f"scripts/kafka down --port {port} first" in other.stderr
    shape = kafka("up", "--port", port, "--nodes", "3")
    assert shape.returncode == 1
    assert f"scripts/kafka wipe --port {port}" in shape.stderr


def test_a_pid_that_another_program_has_now_is_not_stopped(restartable: PrivateKafka) -> None:
    restartable.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    (restartable.node().folder / "pid").write_text(str(stranger.pid), encoding="ascii")
    assert kafka("down", "--port", str(restartable.port)).returncode == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_port_in_use_is_a_clear_error_that_leaves_nothing(free_port: str) -> None:
    with socket.create_server(("127.0.0.1", int(free_port))):
        refused = kafka("up", "--port", free_port, "--way", "java")
    assert refused.returncode == 1
    assert f"port {free_port} is in use by another program" in refused.stderr
    assert not (layout.HOME / free_port).exists()


def test_a_port_that_is_just_being_left_is_waited_for(free_port: str) -> None:
    server = socket.create_server(("127.0.0.1", int(free_port)))
    assert not ports.is_free(int(free_port))
    leaving = Timer(0.3, server.close)
    leaving.start()
    assert ports.comes_free(int(free_port))
    leaving.join()


def test_a_broker_that_dies_at_start_shows_the_end_of_its_log(free_port: str) -> None:
    dead = kafka("up", "--port", free_port, "-c", "num.io.threads=none")
    assert dead.returncode == 1
    assert "num.io.threads" in dead.stderr
    assert "Traceback" not in dead.stderr
    assert not (layout.HOME / free_port).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_up_leaves_no_process(free_port: str, number: int) -> None:
    up = subprocess.Popen([SCRIPT, "up", "--port", free_port, "--small"], stderr=subprocess.PIPE)
    pid_file = layout.HOME / free_port / "node-1" / "pid"
    while not pid_file.exists() or not pid_file.read_text(encoding="ascii"):
        assert up.poll() is None
    pid = int(pid_file.read_text(encoding="ascii"))
    up.send_signal(number)
    up.communicate()
    assert up.returncode == 130
    assert not alive(pid)


def test_three_nodes_make_one_cluster_whose_internal_topics_survive_a_node(cluster: PrivateKafka) -> None:
    listed = {int(each.rsplit(":", 1)[1]) for each in cluster.bootstrap.split(",")}
    assert len(listed) == 3
    assert all(probe.brokers(port) == listed for port in listed)
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    admin.create_topics({"spread": {"num_partitions": 3, "replication_factor": 3}})
    admin.wait_for_topics(["spread"])
    (described,) = admin.describe_topics(["spread"])
    assert {len(each["isr_nodes"]) for each in described["partitions"]} == {3}
    admin.close()
    cluster.kill(2)
    assert probe.brokers(cluster.node(1).node.port) is not None


def logs_in(bootstrap: str, mechanism: str, password: str) -> bool:
    """In a process of its own: a client that was refused leaves its sockets to the garbage collector."""
    settings = {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": "eventq",
        "sasl_plain_password": password,
        "bootstrap_timeout_ms": 5000,
    }
    program = f"from kafka import KafkaAdminClient; KafkaAdminClient(**{settings}).list_topics()"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


def test_sasl_takes_the_documented_user_and_refuses_a_wrong_password(sasl_kafka: PrivateKafka) -> None:
    for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        assert logs_in(sasl_kafka.bootstrap, mechanism, "eventq-secret")
    assert not logs_in(sasl_kafka.bootstrap, "PLAIN", "wrong")
    assert not logs_in(sasl_kafka.bootstrap, "SCRAM-SHA-256", "wrong")
    assert probe.serves_groups(int(sasl_kafka.plain_bootstrap.rsplit(":", 1)[1]))


def test_without_docker_and_java_one_sentence_says_what_to_install(tmp_path: Path, free_port: str) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    bare = kafka("up", "--port", free_port, PATH=str(tmp_path), JAVA_HOME="")
    assert bare.returncode == 1
    assert bare.stderr.splitlines() == [
        "scripts/kafka: no Docker engine answers and no Java 17+ was found: install Docker, or Java and Maven"
    ]
