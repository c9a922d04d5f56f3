"""Rates from two consecutive samples."""

from eventq.core.lag import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.rates import Rates, rates


def at(*offsets: tuple[int | None, int], status: Status = Status.OK) -> Snapshot:
    parts = tuple(
        PartitionLag("t", n, status, 0, committed, end, lag=0) for n, (committed, end) in enumerate(offsets)
    )
    return Snapshot(0.0, (GroupLag("g", "Stable", "classic", None, 1, parts),))


def test_rates_are_per_second_over_any_interval() -> None:
    found = rates(at((0, 100), (5, 5)), at((50, 200), (5, 10)), 2.5)["g"]
    assert found.total == Rates(42.0, 20.0)


def test_a_rewind_or_a_truncated_log_is_no_negative_rate() -> None:
    assert rates(at((80, 100)), at((10, 90)), 1.0)["g"].total == Rates(None, None)


def test_a_first_sample_has_no_rates() -> None:
    assert rates(None, at((1, 2)), 1.0) == {}


def test_a_partition_that_appears_counts_from_its_second_sample() -> None:
    assert rates(at((0, 10)), at((5, 20), (0, 1000)), 1.0)["g"].total == Rates(10.0, 5.0)


def test_no_rate_is_taken_across_a_recreation() -> None:
    assert rates(at((0, 10)), at((0, 50), status=Status.RECREATED), 1.0)["g"].total == Rates()
