"""When an exporter counts as ready."""

from eventq.core.lag.freshness import Freshness
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import Snapshot

READ = Sample(Snapshot(0.0, ()))
FAILED = Sample(Snapshot(0.0, ()), error="no broker answered")


def test_before_kafka_was_read_it_says_so_and_why() -> None:
    assert Freshness().missing(10, 0) == "Kafka has not been read yet"
    failed = Freshness().after(FAILED, 1.0, 5.0)
    assert failed.missing(10, 6) == "Kafka has not been read yet: no broker answered"


def test_it_is_ready_while_kafka_was_read_within_three_intervals_whatever_failed_since() -> None:
    fresh = Freshness().after(READ, 0.5, 100.0).after(FAILED, 9.0, 115.0)
    assert fresh.missing(10, 130.0) is None
    assert fresh.missing(10, 140.0) == (
        "Kafka was last read 40 s ago, and every 10 s it should be: no broker answered"
    )


def test_samples_that_take_longer_than_an_interval_are_waited_for() -> None:
    slow = Freshness().after(READ, 20.0, 100.0)
    assert slow.missing(1, 150.0) is None
    assert slow.missing(1, 161.0) is not None
