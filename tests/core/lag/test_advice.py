"""The advice equals the truth of a simulation that tries every number of members."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import TopicPartition
from eventq.core.lag import assignors
from eventq.core.lag.advice import Advice, Helps, KeyShare, RetentionClock, Target
from eventq.core.lag.advise import advise, drain, keep_up
from eventq.core.lag.measure import GroupMeasurement, measure
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.window import Window

ASSIGNORS = ("range", "roundrobin", "sticky", "cooperative-sticky")
topics = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 900)), min_size=1, max_size=12),
    min_size=1,
)


def owner(assignor: str, load: dict[str, list[tuple[int, int]]], topic: str, n: int, members: int) -> int:
    """Which member has partition `n` of the topic, one partition at a time, by the definition."""
    if assignor == "range":
        count = len(load[topic])
        bounds = [0]
        for member in range(members):
            bounds.append(bounds[-1] + count // members + (1 if member < count % members else 0))
        return next(member for member in range(members) if bounds[member] <= n < bounds[member + 1])
    before = sum(len(load[name]) for name in load if name < topic)
    return (before + n) % members


def simulated(
    assignor: str, load: dict[str, list[tuple[int, int]]], capacity: float, target: Target | None
) -> int | None:
    """The least number of members that can do it and leaves fewer partitions at one than all smaller do."""
    total = sum(map(len, load.values()))
    fewest = total + 1
    for members in range(1, total + 1):
        partitions = [0] * members
        rates, lags, shares = ([0.0] * members for _ in range(3))
        for topic, rows in load.items():
            for n, (arrival, lag) in enumerate(rows):
                member = owner(assignor, load, topic, n, members)
                partitions[member] += 1
                rates[member] += arrival
                lags[member] += lag
                shares[member] += (target.lag if target else 0) / total
        if max(partitions) >= fewest:
            continue
        fewest = max(partitions)
        if target is None:
            done = all(rate <= 0.8 * capacity for rate in rates)
        else:
            done = all(
                lag + target.within * rate - share <= capacity * target.within + 1e-6
                for rate, lag, share in zip(rates, lags, shares, strict=True)
            )
        if done:
            return members
    return None


@given(st.sampled_from(ASSIGNORS), topics, st.integers(1, 200))
def test_members_that_keep_up_are_exactly_those_of_an_exhaustive_simulation(
    assignor: str, load: dict[str, list[tuple[int, int]]], capacity: int
) -> None:
    arrivals = {TopicPartition(t, n): float(a) for t, rows in load.items() for n, (a, _) in enumerate(rows)}
    assert keep_up(arrivals, assignor, capacity) == simulated(assignor, load, capacity, None)


@given(st.sampled_from(ASSIGNORS), topics, st.integers(1, 200), st.integers(0, 64), st.integers(1, 64))
def test_members_that_drain_in_time_are_exactly_those_of_an_exhaustive_simulation(
    assignor: str, load: dict[str, list[tuple[int, int]]], capacity: int, aim: int, within: int
) -> None:
    arrivals = {TopicPartition(t, n): float(a) for t, rows in load.items() for n, (a, _) in enumerate(rows)}
    lags = {TopicPartition(t, n): lag for t, rows in load.items() for n, (_, lag) in enumerate(rows)}
    target = Target(aim * len(lags), float(within))
    assert drain(arrivals, lags, assignor, capacity, target) == simulated(assignor, load, capacity, target)


@pytest.mark.parametrize("assignor", ASSIGNORS)
def test_ten_partitions_are_read_by_1_to_5_or_10_members_never_6_to_9(assignor: str) -> None:
    keys = [TopicPartition("orders", n) for n in range(10)]
    assert assignors.useful(assignor, keys) == (1, 2, 3, 4, 5, 10)


@given(st.sampled_from(ASSIGNORS), topics, st.integers(1, 40))
def test_every_partition_goes_to_one_member(
    assignor: str, load: dict[str, list[tuple[int, int]]], members: int
) -> None:
    keys = [TopicPartition(t, n) for t, rows in load.items() for n in range(len(rows))]
    shares = assignors.assigned(assignor, keys, members)
    assert sorted(key for share in shares for key in share) == sorted(keys)
    assert max(map(len, shares)) == assignors.most(assignor, keys, members)


@dataclass
class Part:
    """A partition: arrivals and the most that is read of it, per second, its owner, what is unread."""

    arrive: int
    consume: int
    owner: str | None
    lag: int = 0


def watched(
    parts: list[Part], *, assignor: str | None = "range", commit: int = 1, members: int = 0
) -> GroupMeasurement:
    """A minute of it, a commit every `commit` seconds; `members` more without partitions."""
    seconds = 60
    window = Window(float(seconds))
    keys = [TopicPartition("orders", n) for n in range(len(parts))]
    ends = [1000 + part.lag for part in parts]
    positions, committed = [1000] * len(parts), [1000] * len(parts)
    owners = {
        name: MemberDescription(
            name,
            name,
            "h",
            ("orders",),
            tuple(k for k, p in zip(keys, parts, strict=True) if p.owner == name),
        )
        for name in sorted({part.owner for part in parts if part.owner})
    }
    group = GroupLag("g", "Stable", "classic", assignor, 0, ())
    for at in range(seconds + 1):
        for n, part in enumerate(parts):
            ends[n] += part.arrive
            positions[n] = min(ends[n], positions[n] + part.consume)
            if at % commit == 0:
                committed[n] = positions[n]
        rows = tuple(
            PartitionLag(
                "orders", n, Status.OK, 0, committed[n], ends[n], None, ends[n] - committed[n], 0,
                owners[part.owner] if part.owner else None,
            )
            for n, part in enumerate(parts)
        )  # fmt: skip
        group = GroupLag("g", "Stable", "classic", assignor, len(owners) + members, rows)
        window.add(100.0 + at, Snapshot(100.0 + at, (group,)))
    return measure(group, window)


def test_a_member_that_always_had_unread_records_shows_what_it_can_do() -> None:
    found = advise(watched([Part(60, 50, "m-1", 900), Part(60, 50, "m-1", 900), Part(9, 9, "m-2")], commit=5))
    assert found.capacity == pytest.approx(100)
    assert found.capacity_at_least is None
    assert (found.keep_up, found.helps) == (3, Helps.MEMBERS)
    assert found.answer == "1 more member would keep up (3 instead of 2)."
    assert found.floor == 129 * 5


def test_a_caught_up_member_shows_only_what_it_does_though_each_look_finds_unread_records() -> None:
    found = advise(watched([Part(50, 900, "m-1"), Part(50, 900, "m-1")], commit=5))
    assert found.capacity is None
    assert found.capacity_at_least == pytest.approx(100)
    assert (found.keep_up, found.helps) == (None, None)
    assert found.answer.startswith("The members keep up as they are")


def test_a_member_with_one_partition_that_is_read_to_the_end_has_a_capacity_of_at_least_what_it_does() -> (
    None
):
    found = advise(watched([Part(60, 40, "m-1"), Part(5, 900, "m-1")]))
    assert found.capacity is None
    assert found.capacity_at_least == pytest.approx(45)


HOT = [Part(300, 100, "m-1", 500), Part(10, 900, "m-1"), Part(10, 900, "m-2"), Part(10, 900, "m-2")]


def test_neither_helps_against_one_key_that_is_more_than_a_member_can_do() -> None:
    found = advise(watched(HOT), keys=(KeyShare(b"customer:7", 0.95), KeyShare(b"customer:1", 0.05)))
    assert found.helps is Helps.NEITHER
    assert found.hot is not None
    assert found.hot.name == "orders:0"
    assert found.hot.share == pytest.approx(300 / 330)
    assert found.speed_up_needed == pytest.approx(300 / (0.8 * 110), rel=0.01)
    assert "key customer:7 95%" in " ".join(found.evidence)


def test_partitions_help_where_each_gets_too_much_and_no_key_is_the_cause() -> None:
    even = [Part(300, 100, f"m-{n}", 500) for n in range(4)]
    found = advise(watched(even), keys=tuple(KeyShare(b"%d" % n, 0.01) for n in range(5)))
    assert found.helps is Helps.PARTITIONS
    assert "more partitions do" in found.answer


def test_a_producer_that_chose_the_partition_is_not_helped_by_more_of_them() -> None:
    assert advise(watched(HOT), keys=(KeyShare(None, 1.0),)).helps is Helps.NEITHER


def test_a_lag_that_no_number_of_members_reaches_in_time_is_told_with_the_speed_that_would() -> None:
    measured = watched([Part(60, 50, "m-1", 9000), Part(60, 50, "m-1", 9000)])
    found = advise(measured, Target(1000, 10.0))
    assert (found.keep_up, found.drain, found.helps) == (2, None, Helps.MEMBERS)
    assert found.speed_up_needed is not None
    assert found.speed_up_needed > 1
    assert advise(measured, Target(1000, 3600.0)).drain == 2


def test_a_target_below_what_commits_hold_back_is_said_to_be_out_of_reach() -> None:
    found = advise(watched([Part(60, 50, "m-1", 900), Part(60, 50, "m-1", 900)], commit=5), Target(10, 600.0))
    assert found.drain is None
    assert "--target-lag 10 lies below that" in " ".join(found.evidence)


@pytest.mark.parametrize(
    ("parts", "assignor", "members", "said"),
    [
        ([Part(10, 0, None)], None, 0, "has no members; start its consumers"),
        ([Part(0, 0, "m-1")], "range", 0, "all is read and nothing arrives"),
        ([Part(30, 50, "m-1", 9000)], "stream-tasks", 0, "its assignor stream-tasks is not known"),
        ([Part(60, 0, "m-1", 9)], "range", 0, "it committed nothing in 60 s"),
    ],
)
def test_what_is_unknown_is_null_and_told_with_the_next_step(
    parts: list[Part], assignor: str | None, members: int, said: str
) -> None:
    found = advise(watched(parts, assignor=assignor, members=members))
    assert (found.keep_up, found.helps) == (None, None)
    assert said in found.answer


def test_a_paused_producer_leaves_one_member_that_keeps_up_and_says_to_ask_again() -> None:
    found = advise(watched([Part(0, 50, "m-1", 9000), Part(0, 50, "m-2", 9000)]))
    assert (found.arrival, found.keep_up) == (0, 1)
    assert "ask again while records arrive" in " ".join(found.evidence)


def test_an_unknown_clock_leaves_the_groups_unknown_though_another_is_known() -> None:
    a, b = TopicPartition("orders", 0), TopicPartition("orders", 1)
    measured = watched([Part(60, 50, "m-1")])
    assert (
        advise(measured, clocks=(RetentionClock(a, 9.0, "x"), RetentionClock(b))).data_dies_not_before_seconds
        == 9.0
    )
    assert (
        advise(
            measured, clocks=(RetentionClock(a, 9.0, "x"), RetentionClock(b, unknown="why"))
        ).data_dies_not_before_seconds
        is None
    )


def test_an_advice_of_nothing_has_no_answer() -> None:
    assert Advice().answer == ""
