"""`eventq audit` of a topic on a real broker, over both clients: anomalies planted, and a group that lags."""

import json
from pathlib import Path

import pytest
from kafka import KafkaProducer, TopicPartition

from eventq.core.consume.copies import SOURCE
from eventq.core.consume.dead_letters import ERROR, GROUP
from tests.produce_harness import ProduceHarness
from tests.stamped_events import COUNT, PARTITIONS, Produced, found, stamped


def test_planted_anomalies_are_found_at_their_places_over_both_clients(
    bootstrap: str, tmp_path: Path
) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    records: list[tuple[int | None, bytes | None, int]] = [
        (k, value, k % PARTITIONS) for k, value in enumerate(produced.values) if k != 1500
    ]
    records[30], records[33] = records[33], records[30]
    (stranger,) = stamped("0badcafe", 1)
    others = [produced.values[9], stranger, None, b"{}", b"not JSON"]
    produced.send([*records, *((None, value, 0) for value in others)])
    produced.write()
    for client in ("kafka-python", "librdkafka"):
        done = produced.audit(client=client)
        assert (done.returncode, found(done)) == (
            5,
            {
                "lost_in_log": 1,
                "duplicate_in_log": 1,
                "reordered_in_log": 1,
                "foreign": 1,
                "unstamped": 3,
            },
        ), (client, done.stderr)
        document = json.loads(done.stdout)
        examples = {row["name"]: row for row in document["examples"]}
        assert examples["lost-in-log"]["sequence"] == 1500
        assert (examples["duplicate-in-log"]["partition"], examples["duplicate-in-log"]["offset"]) == (
            0,
            COUNT // PARTITIONS - 1,
        )
        assert (examples["reordered-in-log"]["sequence"], examples["reordered-in-log"]["offset"]) == (30, 11)
        assert [row["records"] for row in document["partitions"]] == [1004, 1000, 1000]
    produced.harness.close()


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
def test_what_the_group_has_not_committed_is_pending_and_exit_1(
    bootstrap: str, tmp_path: Path, client: str
) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    produced.send([(k, value, k % PARTITIONS) for k, value in enumerate(produced.values)])
    produced.write()
    group = f"{produced.harness.topic}-group"
    produced.commit(group, {0: 1000, 1: 990, 2: 1000})
    seen = tmp_path / "seen"
    seen.write_text("".join(f"{v[14:50].decode()}\n" for k, v in enumerate(produced.values) if k != 2998))
    done = produced.audit("-g", group, "--seen", str(seen), client=client)
    assert (done.returncode, found(done)) == (1, {"pending": 1}), done.stderr
    produced.commit(group, {1: 1000})
    done = produced.audit("-g", group, "--seen", str(seen), client=client)
    assert (done.returncode, found(done)) == (5, {"lost": 1}), done.stderr
    (example,) = json.loads(done.stdout)["examples"]
    assert (example["partition"], example["offset"]) == (1, 999)
    missing = produced.audit("-g", "no-such-group", "--seen", str(seen), client=client)
    assert (missing.returncode, "no such group" in missing.stderr) == (4, True)
    produced.harness.close()


def test_stamps_in_headers_are_read_over_both_clients(bootstrap: str, tmp_path: Path) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    lines = [(k, b"line" if k % 2 else None, k % PARTITIONS) for k in range(COUNT) if k != 1500]
    produced.send([*lines, (None, b"line", 0)])
    produced.write("header")
    for client in ("kafka-python", "librdkafka"):
        done = produced.audit(client=client)
        assert (done.returncode, found(done)) == (5, {"lost_in_log": 1, "unstamped": 1}), done.stderr
    produced.harness.close()


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
def test_a_log_that_ends_in_markers_and_begins_late_is_read_to_its_end(
    bootstrap: str, tmp_path: Path, client: str
) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    produced.send([(k, value, k % PARTITIONS) for k, value in enumerate(produced.values)])
    produced.write()
    transaction = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=produced.harness.topic)
    transaction.init_transactions()
    for end in (transaction.abort_transaction, transaction.commit_transaction):
        transaction.begin_transaction()
        for partition in range(PARTITIONS):
            transaction.send(produced.harness.topic, b"{}", partition=partition)
        transaction.flush()
        end()
    transaction.close()
    produced.harness.admin.delete_records({TopicPartition(produced.harness.topic, 1): 100})
    done = produced.audit(client=client)
    assert (done.returncode, found(done)) == (5, {"unstamped": 3, "expired": 100}), done.stderr
    seen = tmp_path / "seen"
    seen.write_text("".join(f"{value[14:50].decode()}\n" for value in produced.values))
    assert produced.audit("--seen", str(seen), client=client).returncode == 0
    done = produced.audit("--isolation", "read-uncommitted", client=client)
    assert found(done)["unstamped"] == 6
    produced.harness.close()


def copy_of(produced: Produced, k: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    partition, offset = produced.at[k]
    return produced.values[k], [(SOURCE, f"{produced.harness.topic}/{partition}/{offset}".encode())]


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
def test_copies_that_are_lost_doubled_out_of_order_or_aborted_are_told_from_those_that_are_there(
    bootstrap: str, tmp_path: Path, client: str
) -> None:
    produced, target = Produced(ProduceHarness(bootstrap), tmp_path), ProduceHarness(bootstrap)
    target.create(2)
    produced.send([(k, value, k % PARTITIONS) for k, value in enumerate(produced.values)])
    produced.write()
    copies = [copy_of(produced, k) for k in range(COUNT) if k not in {17, 1500}]
    copies[30], copies[33] = copies[33], copies[30]
    letter = (produced.values[1500], [*copy_of(produced, 1500)[1], (ERROR, b"bad"), (GROUP, b"g")])
    sender = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=target.topic)
    sender.init_transactions()
    sender.begin_transaction()
    sender.send(target.topic, copy_of(produced, 17)[0], headers=copy_of(produced, 17)[1], partition=0)
    sender.flush()
    sender.abort_transaction()
    sender.begin_transaction()
    for value, headers in [*copies, copy_of(produced, 20), letter]:
        sender.send(target.topic, value, headers=headers, partition=1)
    for again in (90, 39):  # in another partition, where 39 comes behind 90: repeated, not out of order
        value, headers = copy_of(produced, again)
        sender.send(target.topic, value, headers=headers, partition=0)
    sender.send(target.topic, b"{}", partition=0)
    sender.commit_transaction()
    sender.close()
    options = ("--sink", f"kafka:{target.topic}", "--delivery", "exactly-once")
    done = produced.audit(*options, client=client)
    expected = {"lost": 1, "duplicate": 3, "reordered": 1}
    assert (done.returncode, found(done)) == (5, expected), done.stderr
    document = json.loads(done.stdout)
    (sink,) = document["sinks"]
    assert sink == {
        "sink": f"kafka:{target.topic}", "rows": COUNT + 3, "dead_letters": 1, "foreign": 0, "unstamped": 1,
    }  # fmt: skip
    examples = {row["name"]: row for row in document["examples"]}
    assert (examples["lost"]["sequence"], examples["lost"]["offset"]) == (17, 5)
    assert (examples["reordered"]["sequence"], examples["reordered"]["partition"]) == (31, 1)
    for harness in (produced.harness, target):
        harness.close()


def test_a_topic_of_copies_that_is_not_there_or_is_the_source_itself_is_refused(
    bootstrap: str, tmp_path: Path
) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    produced.send([(k, value, k % PARTITIONS) for k, value in enumerate(produced.values)])
    produced.write()
    done = produced.audit("--sink", f"kafka:{produced.harness.topic}", client="kafka-python")
    assert (done.returncode, "is the topic that was produced to" in done.stderr) == (2, True), done.stderr
    done = produced.audit("--sink", "kafka:no-such-topic", client="kafka-python")
    assert (done.returncode, "no such topic: no-such-topic" in done.stderr) == (4, True), done.stderr
    produced.harness.close()
