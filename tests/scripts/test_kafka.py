"""scripts/kafka on real processes: what a user, the tests and CI rely on."""

import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from kafka import KafkaAdminClient

from eventq.broker.local import probe
from eventq.core.local.status import ClusterState
from eventq.core.offsets_topic import groups_by_partition
from eventq.loops.local import java_cluster, ports, processes, ways
from tests import local_kafka
from tests.consume_harness import alive, eventually
from tests.private_kafka import PrivateKafka
from tests.run_folder import SCRIPT
from tests.slow_coordinator import REFUSALS, slow_coordinator


def kafka(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, **environment}
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, check=False, env=environ)


@pytest.fixture
def name() -> Iterator[str]:
    """For a cluster that the test starts; what is left of it afterwards is removed."""
    name = f"test-{uuid.uuid4().hex[:10]}"
    yield name
    kafka("wipe", "--name", name, "--yes")
    assert not folder(name).exists()


def folder(name: str) -> Path:
    return local_kafka.store().layout.folder(name)


def test_up_twice_is_harmless_says_so_and_prints_the_same_address(restartable: PrivateKafka) -> None:
    before = restartable.node().pid()
    again = kafka("up", "--name", restartable.name)
    assert (again.returncode, again.stdout.strip()) == (0, restartable.bootstrap)
    assert "(1 node, ran already)" in again.stderr
    assert restartable.node().pid() == before


def test_status_says_whether_it_runs_as_a_line_and_as_a_document(restartable: PrivateKafka) -> None:
    pid = restartable.node().pid()
    line = kafka("status", "--name", restartable.name)
    assert line.returncode == 0
    assert line.stdout.split() == [
        *(restartable.name, "running", restartable.bootstrap, "1", "node,", "java,"),
        *("pid", str(pid)),
    ]
    (cluster,) = json.loads(kafka("status", "--name", restartable.name, "-o", "json").stdout)["clusters"]
    assert (cluster["name"], cluster["state"], cluster["way"]) == (restartable.name, "running", "java")
    assert (cluster["sasl"], cluster["user"]) == (False, None)
    assert cluster["settings"]["broker.session.timeout.ms"] == "3000"
    (node,) = cluster["nodes"]
    assert Path(node.pop("java")).name == "java"
    assert node == {
        "node": 1,
        "port": restartable.port,
        "state": "running",
        "pid": pid,
        "log": str(restartable.node().log),
        "last_lines": [],
    }


def test_down_leaves_no_process_and_keeps_the_data(restartable: PrivateKafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=restartable.bootstrap)
    admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    pid = restartable.node().pid()
    assert pid is not None
    assert kafka("down", "--name", restartable.name).returncode == 0
    assert not alive(pid)
    assert ports.comes_free(restartable.port)
    assert kafka("status", "--name", restartable.name).returncode == 3
    restartable.up()
    admin = KafkaAdminClient(bootstrap_servers=restartable.bootstrap)
    assert "kept" in admin.list_topics()
    admin.close()


def test_a_started_broker_serves_every_group_at_once(restartable: PrivateKafka) -> None:
    restartable.stop()
    restartable.up()
    groups = [*groups_by_partition(50).values(), "nobody"]
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
    groups = groups_by_partition(len(leaders))
    assert groups.keys() == leaders.keys()
    for partition, group in groups.items():
        (said,) = admin.describe_groups([group], group_coordinator_id=leaders[partition]).values()
        assert "GroupIdNotFoundError" in said["error"]  # another than the coordinator would not know
    admin.close()


def test_a_killed_broker_is_told_with_the_end_of_its_log_and_comes_back(restartable: PrivateKafka) -> None:
    pid = restartable.node().pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(pid), "it has ended")
    status = kafka("status", "--name", restartable.name)
    assert status.returncode == 3
    assert f"{restartable.name}  crashed" in status.stdout
    assert "node 1 has crashed; the end of " in status.stdout
    last = restartable.node().tail(1)[0]
    assert status.stdout.endswith(f"    {last}\n")
    (cluster,) = json.loads(kafka("status", "--name", restartable.name, "-o", "json").stdout)["clusters"]
    assert cluster["state"] == "crashed"
    assert (cluster["nodes"][0]["pid"], cluster["nodes"][0]["state"]) == (None, "crashed")
    assert cluster["nodes"][0]["last_lines"][-1] == last
    restartable.up()
    assert probe.brokers(restartable.port) == {restartable.port}


def test_a_broker_that_ended_with_the_machine_was_stopped_not_crashed(restartable: PrivateKafka) -> None:
    restartable.kill()
    old = processes.BrokerProcess(os.getpid(), "1", "another boot of the machine", "java")
    processes.save(old, restartable.node().pid_file)
    status = kafka("status", "--name", restartable.name)
    assert (status.returncode, status.stdout.split()[1]) == (3, "stopped")


def test_other_settings_for_a_running_broker_are_refused(restartable: PrivateKafka) -> None:
    name = restartable.name
    for words in (["-c", "log.retention.hours=1"], ["--port", "1234"], ["--java", "java"]):
        other = kafka("up", "--name", name, *words)
        assert other.returncode == 1, other.stderr
        assert f"scripts/kafka down --name {name}" in other.stderr
    for words in (["--nodes", "3"], ["--sasl"], ["--docker"]):
        shape = kafka("up", "--name", name, *words)
        assert shape.returncode == 1
        assert f"scripts/kafka wipe --name {name}" in shape.stderr
    assert restartable.node().pid() is not None


def test_a_pid_that_another_program_has_now_is_not_stopped(restartable: PrivateKafka) -> None:
    restartable.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    other = processes.BrokerProcess(stranger.pid, "12345", processes.boot(), "java")
    processes.save(other, restartable.node().pid_file)
    assert kafka("down", "--name", restartable.name).returncode == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_port_in_use_is_a_clear_error_that_leaves_nothing(name: str) -> None:
    port = str(ports.pick(set()))
    with socket.create_server(("127.0.0.1", int(port))):
        refused = kafka("up", "--name", name, "--port", port)
    assert refused.returncode == 1
    assert f"port {port} is in use by another program" in refused.stderr
    assert not folder(name).exists()


def test_a_port_of_another_local_kafka_is_named_as_such(restartable: PrivateKafka, name: str) -> None:
    refused = kafka("up", "--name", name, "--port", str(restartable.port))
    assert f"port {restartable.port} is in use by the local Kafka {restartable.name!r}" in refused.stderr


def test_a_port_that_is_just_being_left_is_waited_for() -> None:
    port = ports.pick(set())
    server = socket.create_server(("127.0.0.1", port))
    assert not ports.is_free(port)
    leaving = Timer(0.3, server.close)
    leaving.start()
    assert ports.comes_free(port)
    leaving.join()


def test_a_broker_that_dies_at_start_shows_the_end_of_its_log(name: str) -> None:
    dead = kafka("up", "--name", name, "-c", "num.io.threads=none")
    assert dead.returncode == 1
    assert "num.io.threads" in dead.stderr
    assert "Traceback" not in dead.stderr
    assert not folder(name).exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_up_leaves_no_process_and_no_data(name: str, number: int, code: int) -> None:
    up = subprocess.Popen([SCRIPT, "up", "--name", name, "--small"], stderr=subprocess.PIPE)
    pid_file = folder(name) / "node-1" / "pid"
    eventually(lambda: up.poll() is not None or pid_file.exists(), "the broker is started")
    process = processes.load(pid_file)
    assert process is not None
    up.send_signal(number)
    up.communicate()
    assert up.returncode == code
    assert not process.lives()
    assert not folder(name).exists()


def test_a_broker_that_does_not_stop_in_order_is_killed_and_that_is_told(
    restartable: PrivateKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(java_cluster, "_STOP_SECONDS", 0.5)
    pid = restartable.node().pid()
    assert pid is not None
    restartable.pause()
    cluster = local_kafka.store().load(restartable.name)
    assert cluster is not None
    assert ways.status(local_kafka.store(), cluster, probe).state is ClusterState.UNREADY
    assert ways.down(local_kafka.store(), cluster, probe) == (True, [1])
    assert not alive(pid)


def test_logs_are_followed_from_their_end_until_it_is_interrupted(restartable: PrivateKafka) -> None:
    last = kafka("logs", "--name", restartable.name, "--lines", "2")
    assert (last.returncode, len(last.stdout.splitlines())) == (0, 2)
    command = [SCRIPT, "logs", "--name", restartable.name, "-f", "--lines", "1"]
    follow = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert follow.stdout is not None
    assert follow.stdout.readline()
    with restartable.node().log.open("a") as log:
        log.write("an added\tline \x1b[31m\n")
    line = follow.stdout.readline()
    while "an added" not in line:
        line = follow.stdout.readline()
    assert line == "an added    line \\x1b[31m\n"
    follow.send_signal(signal.SIGINT)
    follow.communicate()
    assert follow.returncode == 130


def test_what_is_not_kept_is_named_with_what_is(restartable: PrivateKafka) -> None:
    for verb in (["down"], ["status"], ["logs"], ["wipe", "--yes"]):
        done = kafka(*verb, "--name", "nobody")
        assert done.returncode == 4
        assert "no local Kafka is kept under the name 'nobody'" in done.stderr
        assert restartable.name in done.stderr


def test_data_is_not_removed_unasked(restartable: PrivateKafka) -> None:
    wipe = [SCRIPT, "wipe", "--name", restartable.name]
    refused = subprocess.run(wipe, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert refused.returncode == 2
    assert b"--yes" in refused.stderr
    assert restartable.node().pid() is not None


def test_a_call_waits_for_another_one_about_the_same_name(restartable: PrivateKafka) -> None:
    with local_kafka.store().alone(restartable.name, print):
        up = [SCRIPT, "up", "--name", restartable.name]
        waiting = subprocess.Popen(up, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == f"eventq: waiting for another call about {restartable.name!r}\n"
        assert waiting.poll() is None
    assert waiting.communicate()[0].strip() == restartable.bootstrap


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
