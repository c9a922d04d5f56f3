"""`eventq lag wait` against a real broker: each exit code, and what it says then."""

import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import CLIENTS
from tests.lag_harness import LagHarness, finish
from tests.live_member import beside, live_member, poll


@pytest.fixture
def harness(bootstrap: str) -> Iterator[LagHarness]:
    with LagHarness(bootstrap) as harness:
        yield harness


def told(process: "subprocess.Popen[str]", text: str) -> None:
    assert any(text in line for line in process.stderr or ())


def test_caught_up_is_exit_0_at_once_with_one_line_and_one_document(harness: LagHarness) -> None:
    harness.commit(100, 100)
    done = harness.run("wait")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{harness.group}: lag 0 in 0 of 2 partitions after")
    found = harness.run("wait", "-o", "json").document
    assert (found["outcome"], found["lag"], found["reason"], found["held_up_by"]) == ("reached", 0, None, [])


def test_max_lag_is_met_by_the_total(harness: LagHarness) -> None:
    harness.commit(97, 98)
    assert harness.run("wait", "--max-lag", "5").code == 0
    assert harness.run("wait", "--max-lag", "4", "--timeout", "100ms").code == 124


def test_the_timeout_is_exit_124_and_names_the_partitions_that_hold_it_up(harness: LagHarness) -> None:
    harness.commit(100, 60)
    done = harness.run("wait", "--timeout", "100ms")
    assert (done.code, done.out) == (124, "")
    assert f"{harness.topic}:1  lag 40  ok  at 60 of 100  no live member" in done.err
    assert f"{harness.topic}:0" not in done.err
    found = harness.run("wait", "--timeout", "100ms", "-o", "json").document
    row = {"topic": harness.topic, "partition": 1, "committed": 60, "target": 100, "lag": 40}
    rest = {"status": "ok", "reason": "at 60 of 100", "member": None, "stuck": False}
    assert found["held_up_by"] == [{**row, **rest}]
    assert (found["outcome"], found["lag"]) == ("timed-out", 40)


def test_a_stall_is_exit_3(harness: LagHarness) -> None:
    harness.commit(100, 60)
    done = harness.run("wait", "--stall", "300ms")
    assert done.code == 3
    assert f"has made no progress for 0.3 s in {harness.topic}:1: lag 40 in 1 of 2 partitions" in done.err
    found = harness.run("wait", "--stall", "300ms", "-o", "json").document
    assert (found["outcome"], [row["stuck"] for row in found["held_up_by"]]) == ("stalled", [True])


@contextmanager
def traffic(harness: LagHarness) -> Iterator[None]:
    """Records for both partitions, and a live member that commits what it has read of the first alone."""
    key = TopicPartition(harness.topic, 0)
    member = live_member(harness.bootstrap, harness.topic, harness.group, auto_offset_reset="earliest")

    def run(ended: Event) -> None:
        producer = KafkaProducer(bootstrap_servers=harness.bootstrap, linger_ms=0)
        while not ended.is_set():
            for n in range(2):
                producer.send(harness.topic, b"x", partition=n)
            producer.flush()
            poll(member)
            member.commit({key: OffsetAndMetadata(member.position(key), "", -1)})
        producer.close()
        member.close()

    with beside(run):
        yield


def test_one_poisoned_partition_under_live_traffic_is_a_stall_that_names_it(harness: LagHarness) -> None:
    options = ("wait", "-g", harness.group, "--interval", "100ms", "--stall", "5s", "-o", "json", "--client")
    with traffic(harness):
        both = [harness.start(*options, client) for client in CLIENTS]
        ended = [finish(waiting) for waiting in both]
    for done in ended:
        assert (done.code, done.document["outcome"]) == (3, "stalled")
        assert f"no progress for 5 s in {harness.topic}:1: " in done.err
        stuck = [row for row in done.document["held_up_by"] if row["stuck"]]
        assert [(row["partition"], row["member"] is None) for row in stuck] == [(1, False)]


def test_a_commit_that_comes_later_ends_the_wait(harness: LagHarness) -> None:
    harness.commit(10, 10)
    waiting = harness.start("wait", "-v", "-g", harness.group, "--interval", "50ms", "--stall", "30s")
    told(waiting, "lag 180 in 2 of 2 partitions")
    harness.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_partition_without_a_commit_counts_as_assumed(harness: LagHarness) -> None:
    harness.commit(100)
    done = harness.run("wait", "--timeout", "100ms")
    assert (done.code, "no commit, target 100" in done.err) == (124, True)
    assert harness.run("wait", "--assume", "latest").code == 0


def test_a_group_that_appears_late_is_waited_for(harness: LagHarness) -> None:
    waiting = harness.start("wait", "-v", "-g", harness.group, "--interval", "50ms", "--stall", "200ms")
    told(waiting, "the group does not exist yet")
    harness.commit(100, 100)
    assert finish(waiting).code == 0


def test_a_group_that_must_exist_is_exit_4(harness: LagHarness) -> None:
    done = harness.run("wait", "--require-group")
    assert (done.code, f"no such group: {harness.group}" in done.err) == (4, True)
    harness.commit(100, 100)
    assert harness.run("wait", "--require-group").code == 0


def test_a_topic_that_does_not_exist_yet_is_waited_for_and_never_taken_for_caught_up(
    harness: LagHarness,
) -> None:
    harness.commit(100, 100)
    name = f"late-{uuid.uuid4().hex[:10]}"
    done = harness.run("wait", "-t", name, "--timeout", "100ms")
    assert (done.code, "no partition of the group is known yet" in done.err) == (124, True)


def test_pinned_ends_under_live_traffic(harness: LagHarness) -> None:
    """The group reads what was there at the start while the end runs away from it."""
    harness.commit(100, 60)
    options = ("-g", harness.group, "-t", harness.topic, "--pinned", "--interval", "20ms", "--stall", "30s")
    waiting = harness.start("wait", *options)
    plain = harness.start("wait", "-g", harness.group, "--interval", "20ms", "--timeout", "3s")
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap, linger_ms=0)
    committed = 60
    while waiting.poll() is None:
        for _ in range(30):
            producer.send(harness.topic, b"x", partition=1)
        producer.flush()
        harness.commit(100, committed := committed + 20)
    producer.close()
    assert finish(waiting).code == 0
    assert finish(plain).code == 124


@pytest.mark.parametrize("what", ["loss", "ahead"])
def test_loss_and_ahead_are_exit_3_at_once_with_the_reason(harness: LagHarness, what: str) -> None:
    harness.commit(10, 150 if what == "ahead" else 100)
    if what == "loss":
        harness.admin.delete_records({TopicPartition(harness.topic, 0): 50})
    done = harness.run("wait", "--max-lag", "1000")
    assert done.code == 3
    assert ("40 records deleted unread" if what == "loss" else "lies beyond the end 100") in done.err
    assert harness.run("wait", "-o", "json").document["outcome"] == "never"


def test_a_remainder_of_transaction_markers_counts_as_consumed(harness: LagHarness) -> None:
    """A consumer that commits the last record it read plus one never commits beyond the marker."""
    harness.commit(100, 100)
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap, transactional_id=harness.group)
    producer.init_transactions()
    for end in (producer.commit_transaction, producer.abort_transaction):
        producer.begin_transaction()
        producer.send(harness.topic, b"x", partition=1)
        producer.flush()
        end()
    producer.close()
    plain, stable = ("--timeout", "1s"), ("--isolation", "read-committed", "--timeout", "5s")
    harness.commit(100, 101)
    assert harness.run("wait", *plain).code == 124
    assert harness.run("wait", *stable).code == 0
    harness.commit(100, 103)
    assert harness.run("wait", *plain).code == 0


def test_a_live_member_is_named_with_what_it_holds_up(harness: LagHarness) -> None:
    with closing(live_member(harness.bootstrap, harness.topic, harness.group)):
        done = harness.run("wait", "--timeout", "100ms")
    assert "member kafka-python" in done.err


@pytest.mark.parametrize(("number", "code", "outcome"), [(2, 130, "interrupted"), (15, 143, "terminated")])
def test_a_signal_ends_it_with_its_report(harness: LagHarness, number: int, code: int, outcome: str) -> None:
    harness.commit(10, 10)
    waiting = harness.start("wait", "-v", "-g", harness.group, "-o", "json")
    told(waiting, "lag 180 in 2 of 2 partitions")
    waiting.send_signal(signal.Signals(number))
    done = finish(waiting)
    assert (done.code, done.document["outcome"], done.document["lag"]) == (code, outcome, 180)


@pytest.mark.parametrize(
    "wrong",
    [
        ("-g", "a", "-g", "b"),
        ("-g", "a", "--interval", "0s"),
        ("-g", "a", "-o", "csv"),
        ("-g", "a", "--max-lag", "-1"),
    ],
)
def test_what_can_mean_nothing_is_a_usage_error(harness: LagHarness, wrong: tuple[str, ...]) -> None:
    assert finish(harness.start("wait", "-g", "a", *wrong)).code == 2


def test_no_group_named_or_set_is_a_usage_error(harness: LagHarness) -> None:
    done = finish(harness.start("wait", KAFKA_GROUP_ID=""))
    assert (done.code, "no group was named" in done.err) == (2, True)
    harness.commit(100, 100)
    assert finish(harness.start("wait", KAFKA_GROUP_ID=harness.group)).code == 0
