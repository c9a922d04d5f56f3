"""`eventq lag` against a real broker: the cases where a wrong number would be believed."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.live_member import live_member


@pytest.fixture(scope="module")
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield client
    client.close()


class Bench:
    """A topic of two partitions with 100 records in each, and commits made by hand."""

    def __init__(self, bootstrap: str, admin: KafkaAdminClient, client: str) -> None:
        self.bootstrap, self.admin, self.client = bootstrap, admin, client
        self.topic = self.make()
        self.group = f"g-{uuid.uuid4().hex[:8]}"

    def make(self, name: str | None = None, records: int = 100) -> str:
        topic = name or f"lag-{uuid.uuid4().hex[:8]}"
        self.admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
        self.admin.wait_for_topics([topic])
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        for n in range(records * 2):
            producer.send(topic, b"x", partition=n % 2)
        producer.flush()
        producer.close()
        return topic

    def commit(self, *offsets: int, group: str | None = None, topic: str | None = None) -> None:
        commits = {
            TopicPartition(topic or self.topic, n): OffsetAndMetadata(offset, "", -1)
            for n, offset in enumerate(offsets)
        }
        self.admin.alter_group_offsets(group or self.group, commits)

    def eventq(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "eventq", "lag", *arguments, *self.shared]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    @property
    def shared(self) -> list[str]:
        return ["-b", self.bootstrap, "--client", self.client]

    def lag(self, *arguments: str) -> dict:  # type: ignore[type-arg]
        done = self.eventq("-g", self.group, "-o", "json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["groups"][0]  # type: ignore[no-any-return]


@pytest.fixture(params=["kafka-python", "librdkafka"])
def bench(bootstrap: str, admin: KafkaAdminClient, request: pytest.FixtureRequest) -> Bench:
    return Bench(bootstrap, admin, request.param)


def of(group: dict, field: str) -> list:  # type: ignore[type-arg]
    return [partition[field] for partition in group["partitions"]]


def test_a_partition_without_a_commit_counts_as_assumed_though_nobody_is_a_member(bench: Bench) -> None:
    bench.commit(40)
    found = bench.lag()
    assert (of(found, "status"), of(found, "lag")) == (["ok", "no-commit"], [60, 100])
    assert (found["lag"], found["lag_assumed"], found["max_lag"]) == (160, 100, 100)
    assert (found["member_count"], found["state"], found["type"]) == (0, "Empty", "classic")
    assert bench.lag("--assume", "latest")["lag"] == 60


def test_records_deleted_unread_are_told_as_loss(bench: Bench) -> None:
    bench.commit(10, 100)
    bench.admin.delete_records({TopicPartition(bench.topic, 0): 50})
    found = bench.lag()
    first = found["partitions"][0]
    assert (first["status"], first["lost"], first["lag"], first["log_start"]) == ("loss", 40, 50, 50)
    assert found["lost"] == 40
    assert found["warnings"]


def test_a_commit_past_the_end_is_ahead_with_lag_0(bench: Bench) -> None:
    bench.commit(100, 150)
    found = bench.lag()
    assert (of(found, "status"), found["lag"]) == (["ok", "ahead"], 0)


def test_several_groups_in_one_call_keep_their_own_commits(bench: Bench) -> None:
    other = f"{bench.group}-b"
    bench.commit(10, 20)
    bench.commit(90, 95, group=other)
    done = bench.eventq("-g", bench.group, "-g", other, "-o", "json")
    assert [group["lag"] for group in json.loads(done.stdout)["groups"]] == [170, 15]
    listed = json.loads(bench.eventq("--all-groups", "-t", bench.topic, "-o", "json").stdout)["groups"]
    assert {group["group"] for group in listed} == {bench.group, other}


def test_a_live_member_that_never_committed_is_shown_with_its_partitions(bench: Bench) -> None:
    with closing(live_member(bench.bootstrap, bench.topic, bench.group)):
        found = bench.lag()
    assert (found["lag"], found["lag_assumed"], found["member_count"]) == (200, 200, 1)
    assert found["partitions"][0]["member"]["client_id"].startswith("kafka-python")
    assert found["state"] == "Stable"


@pytest.mark.parametrize("what", [("-g", "no-such-group"), ("-g", "{group}", "-t", "no-such-topic")])
def test_an_unknown_group_or_topic_is_exit_4(bench: Bench, what: tuple[str, ...]) -> None:
    bench.commit(1)
    done = bench.eventq(*(word.format(group=bench.group) for word in what))
    assert (done.returncode, done.stdout) == (4, "")
    assert "no-such" in done.stderr


def test_an_empty_name_is_no_topic(bench: Bench) -> None:
    done = bench.eventq("-t", "")
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't be empty" in done.stderr


def test_a_pipe_gets_plain_lines_and_may_close_early(bench: Bench) -> None:
    bench.commit(10, 20)
    done = bench.eventq("-g", bench.group)
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 4
    shell = f"set -o pipefail; {sys.executable} -m eventq lag -b {bench.bootstrap} | head -1"
    assert subprocess.run(["bash", "-c", shell], capture_output=True, check=False).returncode == 0


def test_csv_has_a_row_for_each_partition(bench: Bench) -> None:
    bench.commit(10, 20)
    rows = bench.eventq("-g", bench.group, "-o", "csv").stdout.splitlines()
    assert rows[1].split(",")[:8] == [bench.group, bench.topic, "0", "0", "10", "100", "100", "90"]


def test_watch_in_a_pipe_gives_one_document_a_sample_with_rates(bench: Bench) -> None:
    bench.commit(10, 20)
    done = bench.eventq("watch", "-g", bench.group, "--samples", "2", "--interval", "100ms")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["groups"][0]["lag"] == 170
    assert first["groups"][0]["arrival_rate"] is None
    assert (second["groups"][0]["arrival_rate"], second["stale"]) == (0.0, False)


def test_options_before_watch_are_refused_rather_than_forgotten(bench: Bench) -> None:
    assert bench.eventq("-g", "x", "watch").returncode == 2


def test_read_committed_counts_to_the_last_stable_offset(bench: Bench) -> None:
    bench.commit(100, 100)
    producer = KafkaProducer(bootstrap_servers=bench.bootstrap, transactional_id=bench.group)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(bench.topic, b"open", partition=0)
    producer.flush()
    stable, plain = bench.lag("--isolation", "read-committed"), bench.lag()
    producer.abort_transaction()
    producer.close()
    assert (of(stable, "end"), of(stable, "high_watermark"), stable["lag"]) == ([100, 100], [101, 100], 0)
    assert plain["lag"] == 1


def test_a_group_of_the_newer_protocol_has_its_lag_and_its_members(bench: Bench) -> None:
    confluent_kafka = pytest.importorskip("confluent_kafka")
    settings = {"bootstrap.servers": bench.bootstrap, "group.id": bench.group, "group.protocol": "consumer"}
    consumer = confluent_kafka.Consumer({**settings, "auto.offset.reset": "earliest"})
    consumer.subscribe([bench.topic])
    offsets = [confluent_kafka.TopicPartition(bench.topic, n, 30) for n in range(2)]
    while len(consumer.assignment()) < 2:
        consumer.poll(0.1)
    consumer.commit(offsets=offsets, asynchronous=False)
    found = bench.lag()
    consumer.close()
    assert (found["lag"], found["type"], found["state"]) == (140, "consumer", "Stable")
    assert (found["member_count"], found["assignor"], found["warnings"]) == (1, "uniform", [])
    assert [part["member"]["client_id"] for part in found["partitions"]] == ["rdkafka", "rdkafka"]


def test_a_deleted_topic_leaves_the_other_topics_of_its_group(bench: Bench) -> None:
    bench.commit(10, 20)
    bench.commit(50, 50, topic=(other := bench.make()))
    bench.admin.delete_topics([other])
    assert bench.lag()["lag"] == 170


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka", "auto"])
def test_no_broker_is_exit_1_and_names_the_address_in_a_line_and_a_hint(client: str) -> None:
    options = ["-b", "127.0.0.1:1", "--connect-timeout", "500ms", "--client", client]
    command = [sys.executable, "-m", "eventq", "lag", "-g", "some", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("eventq: no broker answered at 127.0.0.1:1 within 0.5 s")
    assert len(done.stderr.splitlines()) == 2


def test_a_traceback_asked_for_shows_where_the_process_apart_failed() -> None:
    options = ["-g", "some", "-b", "127.0.0.1:1", "--connect-timeout", "500ms", "--client", "librdkafka"]
    command = [sys.executable, "-m", "eventq", "lag", *options, "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "librdkafka_admin.py" in done.stderr
    assert done.stderr.splitlines()[-2].startswith("eventq: no broker answered")


def test_text_says_what_json_says_of_loss_ahead_no_commit_and_of_each_group_apart(bench: Bench) -> None:
    other = f"{bench.group}-b"
    bench.commit(10, 150)
    bench.commit(90, group=other)
    bench.admin.delete_records({TopicPartition(bench.topic, 0): 50})
    named = ("-g", bench.group, "-g", other)
    document = json.loads(bench.eventq(*named, "-o", "json").stdout)
    assert [of(group, "status") for group in document["groups"]] == [["loss", "ahead"], ["ok", "no-commit"]]
    text = bench.eventq(*named).stdout
    rows = [line.split() for line in text.splitlines() if bench.topic in line and ":" not in line]
    parts = [(group["group"], part) for group in document["groups"] for part in group["partitions"]]
    for row, (name, part) in zip(rows, parts, strict=True):
        figures = {str(part[field]) for field in ("partition", "log_start", "end", "lag", "status")}
        assert row[0] == name
        assert figures <= set(row)
    for group in document["groups"]:
        assert f"total lag {group['lag']}" in text
    assert "40 records deleted unread" in text
    assert "the commit 150 lies beyond the end 100" in text
    assert "assumed 100" in text


def test_an_open_and_an_aborted_transaction_show_both_ends_in_text_and_json(bench: Bench) -> None:
    bench.commit(100, 100)
    producer = KafkaProducer(bootstrap_servers=bench.bootstrap, transactional_id=bench.group)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(bench.topic, b"open", partition=0).get(10)
    text = bench.eventq("-g", bench.group, "--isolation", "read-committed").stdout
    assert "100 (high 101)" in text
    assert "total lag 0" in text
    producer.abort_transaction()
    producer.close()
    after = bench.lag("--isolation", "read-committed")
    assert (of(after, "end"), of(after, "high_watermark")) == ([102, 100], [102, 100])
    assert after["lag"] == 2
