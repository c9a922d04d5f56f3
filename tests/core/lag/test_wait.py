"""When a group has caught up, by plain values: what holds a wait up and what ends it."""

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Range
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Status, partition_lag
from eventq.core.lag.wait import Goal, pinned, wait_state


def group(*parts: PartitionLag, state: str = "Stable", error: str | None = None) -> GroupLag:
    return GroupLag("g", state, "classic", None, 1, parts, error=error)


def part(number: int, committed: int | None, end: int, start: int = 0) -> PartitionLag:
    return partition_lag(TopicPartition("t", number), committed, Bounds(start, end), Assume.EARLIEST)


def test_caught_up_is_lag_0_or_within_what_is_allowed() -> None:
    found = wait_state(group(part(0, 10, 10), part(1, 7, 10)), Goal())
    assert (found.lag, [row.partition for row in found.held]) == (3, [1])
    assert not found.meets(Goal(max_lag=2))
    assert found.meets(Goal(max_lag=3))


def test_no_group_and_no_partition_are_not_caught_up() -> None:
    for nothing in (group(state="Dead"), group(part(0, None, 0), state=""), group()):
        found = wait_state(nothing, Goal(max_lag=10**9))
        assert not found.meets(Goal(max_lag=10**9))
        assert found.reason is not None


def test_an_unknown_lag_never_satisfies() -> None:
    broken = PartitionLag("t", 1, Status.ERROR, error="the partition has no leader")
    for unknown in (group(part(0, 10, 10), broken), group(part(0, 10, 10), error="no coordinator")):
        assert not wait_state(unknown, Goal(max_lag=10**9)).meets(Goal(max_lag=10**9))


def test_a_partition_without_a_commit_counts_as_assumed() -> None:
    ends = group(part(0, None, 10, start=4))
    assert wait_state(ends, Goal()).lag == 6
    assert wait_state(ends, Goal(assume=Assume.LATEST)).meets(Goal())
    assert wait_state(ends, Goal(pins={TopicPartition("t", 0): 8})).lag == 4


def test_ahead_recreated_and_loss_never_satisfy_and_say_why() -> None:
    recreated = partition_lag(TopicPartition("t", 2), 5, Bounds(0, 5), Assume.EARLIEST, recreated=True)
    for bad, why in ((part(0, 12, 10), "beyond the end"), (part(0, 3, 10, start=5), "deleted unread"),
                     (recreated, "created again")):  # fmt: skip
        found = wait_state(group(bad), Goal(max_lag=100))
        assert why in (found.never or "")
        assert not found.meets(Goal(max_lag=100))


def test_a_remainder_without_a_readable_record_counts_as_consumed() -> None:
    found = wait_state(group(part(0, 8, 10)), Goal(), {Range("t", 0, 8, 10)})
    assert found.meets(Goal())
    assert not wait_state(group(part(0, 7, 10)), Goal(), {Range("t", 0, 8, 10)}).meets(Goal())


def test_pins_stay_while_the_ends_grow_and_new_partitions_are_not_waited_for() -> None:
    pins = pinned(group(part(0, 2, 10)), {})
    later = group(part(0, 10, 500), part(1, None, 70))
    assert pinned(later, pins) == pins == {TopicPartition("t", 0): 10}
    assert wait_state(later, Goal(pins=pins)).meets(Goal())
    assert not wait_state(group(part(0, 9, 500)), Goal(pins=pins)).meets(Goal())


def test_a_pin_that_could_not_be_read_is_taken_when_it_can_be_and_holds_up_until_then() -> None:
    dark = group(PartitionLag("t", 0, Status.ERROR, committed=3, error="no leader"))
    pins = pinned(dark, {})
    assert pins == {TopicPartition("t", 0): None}
    assert not wait_state(dark, Goal(pins=pins)).meets(Goal())
    assert pinned(group(part(0, 3, 9)), pins) == {TopicPartition("t", 0): 9}


def test_a_pinned_partition_that_exists_no_more_holds_up() -> None:
    found = wait_state(group(part(1, 4, 4)), Goal(pins={TopicPartition("t", 0): 5}))
    assert (found.lag, found.held[0].reason) == (None, "the topic or partition no longer exists")


def test_a_group_whose_topics_are_all_gone_is_not_caught_up_and_names_them() -> None:
    gone = [PartitionLag("t", n, Status.NO_TOPIC) for n in range(2)]
    found = wait_state(group(*gone), Goal(max_lag=10**9))
    assert (found.meets(Goal(max_lag=10**9)), found.reason) == (False, "t: the topic no longer exists")


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_pinned_remainder_is_what_lies_between_and_never_negative(
    start: int, size: int, committed: int, pin: int
) -> None:
    end = start + size
    one = group(part(0, committed, end, start))
    rows = wait_state(one, Goal(pins={TopicPartition("t", 0): min(pin, end)})).held
    left = len(set(range(start, min(pin, end))) & set(range(committed, end)))
    assert sum(row.lag or 0 for row in rows) == left
