"""The rules of lag, by plain values and by hypothesis."""

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import (
    Commits,
    Description,
    GroupReads,
    KnownTopic,
    MemberDescription,
    Reads,
    Topic,
)
from eventq.core.lag.snapshot import Assume, PartitionLag, Status, partition_lag, snapshot

KEY = TopicPartition("orders", 0)
offsets = st.integers(0, 2**62)


def lag_of(committed: int | None, start: int, end: int, assume: Assume = Assume.EARLIEST) -> PartitionLag:
    return partition_lag(KEY, committed, Bounds(start, end), assume)


def group(
    commits: dict[TopicPartition, int], *members: MemberDescription, error: str | None = None
) -> GroupReads:
    return GroupReads("g", "Empty", "classic", Description("Empty", None, members), Commits(commits, error))


def reads(
    one: GroupReads, bounds: dict[TopicPartition, Bounds], partitions: int = 2, **more: object
) -> Reads:
    topics = {"orders": Topic("orders", "id-2", dict.fromkeys(range(partitions), 1))}
    return Reads(0.0, (one,), topics, bounds, **more)  # type: ignore[arg-type]


@given(st.none() | offsets, offsets, offsets, st.sampled_from(Assume))
def test_lag_and_lost_are_never_negative(committed: int | None, a: int, b: int, assume: Assume) -> None:
    found = lag_of(committed, min(a, b), max(a, b), assume)
    assert found.lag is not None
    assert found.lag >= 0
    assert found.lost >= 0
    assert found.retained is not None
    assert found.lag <= found.retained


@given(offsets, offsets, offsets)
def test_what_was_lost_and_what_can_be_read_add_up_to_the_distance(a: int, b: int, c: int) -> None:
    committed, start, end = sorted((a, b, c))
    found = lag_of(committed, start, end)
    assert found.lag is not None
    assert found.lag + found.lost == end - committed
    assert (found.status is Status.LOSS) == (committed < start)


def test_without_a_commit_lag_is_what_the_consumers_would_see() -> None:
    assert (lag_of(None, 10, 50).lag, lag_of(None, 10, 50).status) == (40, Status.NO_COMMIT)
    assert lag_of(None, 10, 50, Assume.LATEST).lag == 0


def test_a_commit_past_the_end_is_ahead_and_never_negative() -> None:
    found = lag_of(150, 0, 100)
    assert (found.lag, found.status) == (0, Status.AHEAD)


def test_a_commit_between_last_stable_offset_and_high_watermark_is_ok() -> None:
    found = partition_lag(KEY, 95, Bounds(0, 90, 100), Assume.EARLIEST)
    assert (found.lag, found.status) == (0, Status.OK)


def test_a_partition_that_cannot_be_read_has_no_lag_and_makes_the_total_unknown() -> None:
    found = snapshot(
        reads(group({KEY: 5}), {KEY: Bounds(0, 10), TopicPartition("orders", 1): Bounds(error="x")})
    )
    one = found.groups[0]
    assert (one.lag, one.max_lag, one.known_lag) == (None, None, 5)
    assert one.partitions[1].status is Status.ERROR
    assert not found.complete


def test_a_deleted_topic_is_left_out_of_the_total() -> None:
    gone = TopicPartition("gone", 0)
    bounds = {KEY: Bounds(0, 10), TopicPartition("orders", 1): Bounds(0, 0), gone: Bounds(gone=True)}
    found = snapshot(reads(group({KEY: 5, gone: 3}), bounds))
    assert [p.status for p in found.groups[0].partitions] == [Status.NO_TOPIC, Status.OK, Status.NO_COMMIT]
    assert found.groups[0].lag == 5
    assert found.complete


def test_a_topic_that_was_created_again_is_recreated_and_its_partitions_stay_while_it_is_gone() -> None:
    there = KnownTopic(Topic("orders", "id-1", {0: 1, 1: 1}), recreated=True)
    gone = KnownTopic(Topic("audit", "id-3", {0: 1}), gone=True)
    bounds = {KEY: Bounds(0, 10)}
    found = snapshot(reads(group({}), bounds, 1, lost={"g": {"orders": there, "audit": gone}})).groups[0]
    assert [(part.topic, part.partition, part.status) for part in found.partitions] == [
        ("audit", 0, Status.NO_TOPIC),
        ("orders", 0, Status.RECREATED),
        ("orders", 1, Status.NO_TOPIC),
    ]
    assert (found.lag, found.warnings) == (
        10,
        ("orders:0: the topic was deleted and created again; no commit yet",),
    )


def test_a_live_member_that_never_committed_brings_all_its_topics_partitions() -> None:
    member = MemberDescription("m", "c", "h", ("orders",), (KEY,))
    bounds = {TopicPartition("orders", p): Bounds(0, 7) for p in range(2)}
    one = snapshot(reads(group({}, member), bounds)).groups[0]
    assert [p.member for p in one.partitions] == [member, None]
    assert (one.lag, one.lag_assumed, one.member_count) == (14, 14, 1)


def test_a_group_whose_commits_cannot_be_read_has_no_total() -> None:
    member = MemberDescription("m", "c", "h", ("orders",))
    found = snapshot(reads(group({}, member, error="no coordinator"), {KEY: Bounds(0, 7)}, 1))
    assert found.groups[0].lag is None
    assert found.groups[0].partitions[0].status is Status.ERROR
    assert not found.complete


@given(st.lists(st.tuples(st.none() | offsets, offsets, offsets), min_size=1, max_size=8))
def test_totals_are_the_sum_and_the_maximum_of_the_partitions(
    rows: list[tuple[int | None, int, int]],
) -> None:
    keys = [TopicPartition("orders", n) for n in range(len(rows))]
    commits = {key: row[0] for key, row in zip(keys, rows, strict=True) if row[0] is not None}
    bounds = {k: Bounds(min(r[1:]), max(r[1:])) for k, r in zip(keys, rows, strict=True)}
    one = snapshot(reads(group(commits), bounds, len(rows), wanted=("orders",))).groups[0]
    lags = [p.lag or 0 for p in one.partitions]
    assert (one.lag, one.max_lag) == (sum(lags), max(lags))
    assert one.lag_assumed <= (one.lag or 0)


def test_of_groups_that_were_not_named_only_the_topics_that_they_read_are_counted() -> None:
    topics = {name: Topic(name, "id", {0: 1}) for name in ("orders", "returns")}
    bounds = {TopicPartition(name, 0): Bounds(0, 9) for name in topics}
    for named, expected in ((True, ["orders", "returns"]), (False, ["orders"])):
        asked = Reads(0.0, (group({KEY: 5}),), topics, bounds, tuple(topics), named=named)
        assert [p.topic for p in snapshot(asked).groups[0].partitions] == expected
