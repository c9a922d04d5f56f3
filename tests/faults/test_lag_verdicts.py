"""Members that are slowed, stopped, killed, rewound and overrun, each watched until its verdict is there."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.consume_harness import DEADLINE
from tests.lag_harness import LagHarness
from tests.live_member import live_member

_MEMBER = """
import sys, time
from kafka.errors import KafkaError
from tests.live_member import live_member, poll
consumer = live_member(*sys.argv[1:], max_poll_records=5, auto_offset_reset="earliest",
                       session_timeout_ms=10000, heartbeat_interval_ms=500)
while True:
    if poll(consumer):
        time.sleep(0.1)
        try:
            consumer.commit(timeout_ms=2000)
        except KafkaError:
            pass
"""
"""Reads at most 50 records a second; a commit that fails is made up for by the next one."""


class Watched(LagHarness):
    """The group under `eventq lag watch`, with a small window."""

    def watch(self) -> None:
        self.samples = self.start(
            "watch", "-g", self.group, "-t", self.topic, "-o", "json", "--interval", "200ms", "--window", "2s"
        ).stdout

    def until(self, verdict: str, **also: Any) -> Any:
        """The first sample of the group with that verdict, and with these values."""
        assert self.samples is not None
        until, seen = time.monotonic() + DEADLINE, []
        for line in self.samples:
            group = next(iter(json.loads(line)["groups"]), {"verdict": None, "evidence": None})
            if group["verdict"] == verdict and also.items() <= group.items():
                return group
            seen.append((group["verdict"], group["evidence"]))
            assert time.monotonic() < until, seen[-10:]
        raise AssertionError(seen[-10:])

    def member(self) -> "subprocess.Popen[str]":
        arguments = [self.bootstrap, self.topic, self.group]
        process = subprocess.Popen([sys.executable, "-c", _MEMBER, *arguments], text=True)
        self._started.append(process)
        return process


@pytest.fixture
def harness(bootstrap: str) -> Iterator[Watched]:
    harness = Watched(bootstrap)
    with harness:
        yield harness


HOW = (signal.SIGSTOP, signal.SIGKILL)


@pytest.fixture
def flooded(bootstrap: str) -> Iterator[list[Watched]]:
    """One for each way to end a member, and more is produced for each than its member reads."""
    ended, one, other = threading.Event(), Watched(bootstrap), Watched(bootstrap)
    with one, other:
        thread = threading.Thread(target=produce_on, args=[bootstrap, [one.topic, other.topic], ended])
        thread.start()
        yield [one, other]
        ended.set()
        thread.join()


def produce_on(bootstrap: str, topics: list[str], ended: threading.Event) -> None:
    """400 records a second to each topic, to both partitions."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    while not ended.wait(0.05):
        for topic, n in product(topics, range(20)):
            producer.send(topic, b"x", partition=n % 2)
    producer.close()


def test_a_slow_member_is_a_warning_a_stopped_or_killed_one_a_stall_and_then_a_stop(
    flooded: list[Watched],
) -> None:
    with ThreadPoolExecutor() as pool:  # its seat is free, and that is a stop, when the session times out
        list(pool.map(warns_stalls_and_stops, flooded, HOW))


def warns_stalls_and_stops(harness: Watched, how: signal.Signals) -> None:
    member = harness.member()
    harness.watch()
    slow = harness.until("WARN", eta_state="never")  # known once there have been commits for a full window
    assert "lag has not once decreased in" in slow["evidence"]
    assert slow["arrival_rate"] > slow["consume_rate"] > 0
    assert slow["eta_seconds"] is None
    member.send_signal(how)
    stuck = harness.until("STALL")
    assert "unchanged for" in stuck["evidence"]
    left = harness.until("STOP")
    assert "no live member" in left["evidence"]


def test_a_member_that_catches_up_is_ok_and_one_that_goes_back_a_rewind(harness: Watched) -> None:
    consumer = live_member(harness.bootstrap, harness.topic, harness.group)
    keys = [TopicPartition(harness.topic, n) for n in range(2)]
    consumer.commit({key: OffsetAndMetadata(100, "", -1) for key in keys})
    harness.watch()
    calm = harness.until("OK")
    assert (calm["evidence"], calm["eta_state"], calm["time_lag_seconds"]) == ("caught up", "done", 0.0)
    consumer.commit({keys[0]: OffsetAndMetadata(10, "", -1)})
    back = harness.until("REWIND")
    assert "committed offset went back from 100 to 10" in back["evidence"]
    assert back["partitions"][0]["time_lag_source"] == "fetched"
    harness.until("STALL")  # the rewind has left the window, and nothing is read
    consumer.close()


def test_a_group_overrun_by_deletion_is_a_loss(harness: Watched) -> None:
    harness.commit(10, 100)
    harness.watch()
    assert harness.until("STOP")["lost"] == 0
    harness.admin.delete_records({TopicPartition(harness.topic, 0): 50})
    lost = harness.until("LOSS")
    place = f"{harness.topic}:0"
    assert lost["evidence"] == f"{place}: 40 records deleted unread: committed offset 10, log start 50"
    assert (lost["lost"], lost["hottest"]) == (40, place)
