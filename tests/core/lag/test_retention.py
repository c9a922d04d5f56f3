"""How long unread records are kept at least."""

import pytest

from eventq.core.kafka import TopicPartition
from eventq.core.lag.retention import Retention, Unread, clock
from eventq.core.lag.snapshot import PartitionLag, Status

BEHIND = PartitionLag("orders", 0, Status.OK, 0, 600, 1000, None, 400)


@pytest.mark.parametrize(
    ("speed", "seconds"), [(0.0, 40.0), (0.5, 80.0), (0.9, pytest.approx(400.0)), (1.0, None), (2.0, None)]
)
def test_time_runs_out_sooner_the_slower_the_commit_moves_through_the_records_time(
    speed: float, seconds: float | None
) -> None:
    assert clock(BEHIND, Retention(seconds=100.0), Unread(age=60.0, speed=speed)).seconds == seconds


def test_bytes_run_out_when_what_is_unread_has_grown_to_the_limit() -> None:
    unread = Unread(size=100_000, arrival=30.0, consume=10.0)  # 100 bytes a record, 40,000 unread
    found = clock(BEHIND, Retention(bytes=60_000), unread)
    assert (found.seconds, found.why) == (10.0, "retention.bytes is 60,000")
    assert clock(BEHIND, Retention(bytes=60_000), Unread(size=100_000)).seconds is None
    assert clock(BEHIND, Retention(bytes=40_000), Unread(size=100_000)).seconds == 0.0


def test_the_lesser_of_time_and_bytes_counts() -> None:
    unread = Unread(age=60.0, size=100_000, arrival=30.0, consume=10.0)
    assert clock(BEHIND, Retention(100.0, 60_000), unread).seconds == 10.0
    assert clock(BEHIND, Retention(65.0, 60_000), unread).seconds == 5.0


def test_there_is_no_clock_without_a_limit_or_unread_records() -> None:
    caught_up = PartitionLag("orders", 0, Status.OK, 0, 1000, 1000, None, 0)
    assert clock(BEHIND, Retention(), Unread()).seconds is None
    assert clock(caught_up, Retention(1.0), Unread()).unknown is None
    assert clock(BEHIND, Retention(1.0), Unread(readable=False)).seconds is None


def test_what_can_not_be_read_is_unknown_with_its_reason_and_never_for_ever() -> None:
    assert clock(BEHIND, Retention(error="denied"), Unread()).unknown == "denied"
    assert clock(BEHIND, Retention(9.0), Unread(age_error="no leader")).unknown == "no leader"
    assert clock(BEHIND, Retention(bytes=9), Unread(size_error="silent")).unknown == "silent"


def test_records_that_are_being_deleted_unread_have_no_time_left() -> None:
    lost = PartitionLag("orders", 0, Status.LOSS, 700, 600, 1000, None, 300, 100)
    assert clock(lost, Retention(9.0), Unread()).seconds == 0.0
    assert clock(lost, Retention(), Unread()).key == TopicPartition("orders", 0)
