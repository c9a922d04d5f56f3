"""Which partitions stand still and when that stalls a wait, by plain values and by hypothesis."""

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Status, partition_lag
from eventq.core.lag.stall import Standings, due, stalled, standings, still
from eventq.core.lag.wait import Goal, WaitState, wait_state

SECONDS = 10.0


def key(number: int) -> TopicPartition:
    return TopicPartition("t", number)


def part(number: int, committed: int | None, end: int) -> PartitionLag:
    return partition_lag(key(number), committed, Bounds(0, end), Assume.EARLIEST)


def state(*parts: PartitionLag, error: str | None = None, goal: Goal | None = None) -> WaitState:
    group = GroupLag("g", "Stable", "classic", None, 1, parts, error=error)
    return wait_state(group, goal or Goal())


def after(*states: WaitState) -> Standings:
    """A sample a second from 0 on."""
    found: Standings = {}
    for at, one in enumerate(states):
        found = standings(found, one, float(at))
    return found


def test_an_end_that_grows_does_not_hide_that_a_commit_stands_still() -> None:
    found = after(*[state(part(0, 5, 6 + n), part(1, n, n + 1)) for n in range(11)])
    assert still(found, 10.0, SECONDS) == {key(0)}
    assert still(found, 9.9, SECONDS) == frozenset()


def test_a_partition_without_any_commit_stands_still_too() -> None:
    assert still(after(*[state(part(0, None, 5))] * 11), 10.0, SECONDS) == {key(0)}


def test_caught_up_in_between_or_unknown_in_between_begins_anew() -> None:
    unknown = PartitionLag("t", 0, Status.ERROR, committed=5, error="the partition has no leader")
    for between in (state(part(0, 5, 5)), state(unknown), state(part(0, 5, 9), error="no coordinator")):
        found = after(*[state(part(0, 5, 9))] * 5, between, *[state(part(0, 5, 9))] * 3)
        assert found[key(0)].since == 6.0


def test_a_partition_without_a_leader_never_stands_still() -> None:
    unknown = PartitionLag("t", 0, Status.ERROR, committed=5, error="the partition has no leader")
    assert after(*[state(unknown)] * 20) == {}


def test_a_pinned_partition_that_is_gone_stands_still_and_no_lag_is_enough_for_it() -> None:
    goal = Goal(10**9, pins={key(0): 9})
    one = state(part(1, 5, 5), goal=goal)
    stuck = still(after(*[one] * 11), 10.0, SECONDS)
    assert stuck == {key(0)}
    assert stalled(one, stuck, goal)


def test_what_is_stuck_stalls_only_beyond_the_lag_that_is_allowed() -> None:
    one = state(part(0, 5, 9), part(1, 5, 8), part(2, 0, 99))
    assert not stalled(one, {key(0), key(1)}, Goal(max_lag=7))
    assert stalled(one, {key(0), key(1)}, Goal(max_lag=6))
    assert not stalled(one, {key(0)}, Goal(max_lag=4))


def test_the_next_end_is_that_of_the_longest_that_has_not_come_yet() -> None:
    found = after(state(part(0, 5, 9)), state(part(0, 5, 9), part(1, 5, 9)))
    assert due(found, 1.0, SECONDS) == 10.0
    assert due(found, 10.0, SECONDS) == 11.0
    assert due(found, 11.0, SECONDS) is None


histories = st.lists(
    st.lists(st.tuples(st.none() | st.integers(0, 3), st.integers(0, 4)), min_size=3, max_size=3), min_size=1
)


@given(histories, st.integers(1, 6))
def test_a_partition_stands_still_exactly_if_each_of_the_last_samples_says_so(
    history: "list[list[tuple[int | None, int]]]", seconds: int
) -> None:
    found = after(*[state(*[part(n, *one) for n, one in enumerate(row)]) for row in history])
    last = history[-seconds - 1 :] if len(history) > seconds else []
    expected = {
        key(n)
        for n in range(3)
        if last and len({row[n][0] for row in last}) == 1 and all(_lag(*row[n]) for row in last)
    }
    assert still(found, len(history) - 1.0, seconds) == expected


def _lag(committed: int | None, end: int) -> int:
    return max(0, end - (committed or 0))
