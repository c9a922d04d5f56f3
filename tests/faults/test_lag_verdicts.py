"""Members that are slowed, stopped, killed, rewound and overrun, each watched until its verdict is there."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.consume_world import DEADLINE, eventually
from tests.lag_world import LagWorld

_MEMBER = """
import sys, time
from kafka import KafkaConsumer
from kafka.errors import KafkaError
consumer = KafkaConsumer(sys.argv[2], bootstrap_servers=sys.argv[1], group_id=sys.argv[3], max_poll_records=5,
                         enable_auto_commit=False, auto_offset_reset="earliest", session_timeout_ms=6000,
                         heartbeat_interval_ms=500)
while True:
    if consumer.poll(timeout_ms=100):
        time.sleep(0.1)
        try:
            consumer.commit(timeout_ms=2000)
        except KafkaError:
            pass
"""
"""Reads at most 50 records a second; a commit that fails is made up for by the next one."""


class Watched(LagWorld):
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

    def produce_on(self, ended: threading.Event) -> None:
        """More than the member reads, to both partitions."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        while not ended.wait(0.05):
            for n in range(20):
                producer.send(self.topic, b"x", partition=n % 2)
        producer.close()


@pytest.fixture
def world(bootstrap: str) -> Iterator[Watched]:
    world = Watched(bootstrap)
    with world:
        yield world


@pytest.fixture
def flood(world: Watched) -> Iterator[None]:
    ended = threading.Event()
    thread = threading.Thread(target=world.produce_on, args=[ended])
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.mark.usefixtures("flood")
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_a_slow_member_is_a_warning_a_stopped_or_killed_one_a_stall_and_then_a_stop(
    world: Watched, how: signal.Signals
) -> None:
    member = world.member()
    world.watch()
    slow = world.until("WARN", eta_state="never")  # known once there have been commits for a full window
    assert "lag has not once decreased in" in slow["evidence"]
    assert slow["arrival_rate"] > slow["consume_rate"] > 0
    assert slow["eta_seconds"] is None
    member.send_signal(how)
    stuck = world.until("STALL")
    assert "unchanged for" in stuck["evidence"]
    left = world.until("STOP")
    assert "no live member" in left["evidence"]


def test_a_member_that_catches_up_is_ok_and_one_that_goes_back_a_rewind(world: Watched) -> None:
    consumer = KafkaConsumer(
        world.topic, bootstrap_servers=world.bootstrap, group_id=world.group, enable_auto_commit=False
    )
    eventually(lambda: consumer.poll(timeout_ms=100) is not None and consumer.assignment(), "an assignment")
    keys = [TopicPartition(world.topic, n) for n in range(2)]
    consumer.commit({key: OffsetAndMetadata(100, "", -1) for key in keys})
    world.watch()
    calm = world.until("OK")
    assert (calm["evidence"], calm["eta_state"], calm["time_lag_seconds"]) == ("caught up", "done", 0.0)
    consumer.commit({keys[0]: OffsetAndMetadata(10, "", -1)})
    back = world.until("REWIND")
    assert "committed offset went back from 100 to 10" in back["evidence"]
    assert back["partitions"][0]["time_lag_source"] == "fetched"
    world.until("STALL")  # the rewind has left the window, and nothing is read
    consumer.close()


def test_a_group_overrun_by_deletion_is_a_loss(world: Watched) -> None:
    world.commit(10, 100)
    world.watch()
    assert world.until("STOP")["lost"] == 0
    world.admin.delete_records({TopicPartition(world.topic, 0): 50})
    lost = world.until("LOSS")
    place = f"{world.topic}:0"
    assert lost["evidence"] == f"{place}: 40 records deleted unread: committed offset 10, log start 50"
    assert (lost["lost"], lost["hottest"]) == (40, place)
