"""Where each form of target lands in each kind of partition, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import EventqError, NotFound, UsageError
from eventq.core.group.reset import Action, ResetOrder, Shift, Target, plan
from eventq.core.group.reset_parse import parse_target, parse_topics
from eventq.core.group.reset_saved import SavedPlan
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Commits, Description, GroupReads, MemberDescription, Reads, Topic
from eventq.core.start import Start, StartKind

P0, P1 = TopicPartition("orders", 0), TopicPartition("orders", 1)
TOPICS = {"orders": Topic("orders", leaders={0: 1, 1: 1})}


def reads(
    commits: dict[TopicPartition, int],
    members: tuple[MemberDescription, ...] | None = (),
    state: str = "Empty",
    kind: str = "classic",
    bounds: Bounds | None = None,
) -> Reads:
    description = Description(state, members=members, note="install it" if members is None else None)
    group = GroupReads("g", state, kind, description, Commits(commits))
    return Reads(0.0, (group,), TOPICS, {P0: bounds or Bounds(20, 100), P1: Bounds(0, 50)})


def targets(target: Target, commits: dict[TopicPartition, int]) -> list[int | None]:
    return [row.target for row in plan(ResetOrder("g", {}, target), reads(commits), {P0: 60}).rows]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("earliest", Start(StartKind.BEGINNING)),
        ("latest", Start(StartKind.END)),
        ("1200", Start(StartKind.OFFSET, 1200)),
        ("-5", Shift(-5)),
        ("+5", Shift(5)),
        ("2026-01-31T12:00:00Z", Start(StartKind.TIME, 1769860800000)),
        ("2026-01-31T13:00:00.500+01:00", Start(StartKind.TIME, 1769860800500)),
        ("1969-01-01T00:00:00Z", Start(StartKind.TIME, 0)),
        ("2026-01-31T12:00:00.500999Z", Start(StartKind.TIME, 1769860800501)),
        ("@1769860801000", Start(StartKind.TIME, 1769860801000)),
        ("duration:PT1H", Start(StartKind.TIME, 6_400_000)),
        ("duration:P1DT1M0.5S", Start(StartKind.TIME, 0)),
        ("duration:1h30m", Start(StartKind.TIME, 4_600_000)),
    ],
)
def test_every_form_of_target_is_read(text: str, target: Target) -> None:
    assert parse_target(text, now=10_000.0) == target


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "--5", "1.5", "duration:", "duration:P", "duration:PT", "duration:P1Y"),
        *(
            "1769860801000",
            "@",
            "-" + "9" * 5000,
            "9" * 5000,
            f"duration:P{'9' * 400}D",
            "duration:99999999h",
        ),
    ],
)
def test_what_is_no_target_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_target(text, now=0.0)


def test_each_target_lands_in_the_log() -> None:
    commits = {P0: 40, P1: 10}
    assert targets(Start(StartKind.BEGINNING), commits) == [20, 0]
    assert targets(Start(StartKind.END), commits) == [100, 50]
    assert targets(Start(StartKind.OFFSET, 10), commits) == [20, 10]
    assert targets(Start(StartKind.OFFSET, 70), commits) == [70, 50]
    assert targets(Start(StartKind.TIME, 1), commits) == [60, 50]
    assert targets(Shift(-30), commits) == [20, 0]
    assert targets(Shift(45), commits) == [85, 50]


@given(
    st.one_of(
        st.integers(-200, 200).map(Shift), st.integers(0, 300).map(lambda n: Start(StartKind.OFFSET, n))
    )
)
def test_a_target_outside_the_log_is_moved_to_its_nearest_end_and_says_so(target: Target) -> None:
    for row in plan(ResetOrder("g", {}, target), reads({P0: 40, P1: 10}), {}).rows:
        wanted = target.value if isinstance(target, Start) else (row.committed or 0) + target.by
        start, end = row.bounds.log_start or 0, row.bounds.end or 0
        assert row.target == min(max(wanted, start), end)
        assert (row.note is not None) == (row.target != wanted)
        assert row.change == (row.target or 0) - (row.committed or 0)
        assert row.lag == end - (row.target or 0)


def test_a_shift_leaves_a_partition_without_a_commit_and_says_so() -> None:
    first, second = plan(ResetOrder("g", {}, Shift(1)), reads({P0: 40}), {}).rows
    assert (first.target, second.target, second.action) == (41, None, Action.KEEP)
    assert second.note == "no commit to count from: unchanged"


def test_a_time_after_the_last_record_is_the_end_and_says_so() -> None:
    rows = plan(ResetOrder("g", {}, Start(StartKind.TIME, 1)), reads({P0: 1}), {P0: 60}).rows
    assert [(row.target, row.note) for row in rows] == [
        (60, None),
        (50, "no record at that time or later: moved to the end"),
    ]


def test_what_was_saved_is_put_back_and_a_commit_that_was_none_is_removed() -> None:
    text = "group,topic,partition,committed\ng,orders,0,30\ng,orders,1,\nh,x,0,1\n"
    saved = SavedPlan(text, "f").offsets("g")
    rows = plan(ResetOrder("g", {}, saved=saved), reads({P0: 40, P1: 10}), {}).rows
    assert [(row.action, row.target) for row in rows] == [(Action.SET, 30), (Action.REMOVE, None)]
    part = plan(ResetOrder("g", {}, saved={P1: 20}), reads({P0: 40, P1: 10}), {}).rows
    assert [(row.action, row.note) for row in part] == [
        (Action.KEEP, "not in the saved file: left as it is"),
        (Action.SET, None),
    ]
    some = plan(ResetOrder("g", {"orders": frozenset({0})}, saved=saved), reads({P0: 40}), {}).rows
    assert [row.key for row in some] == [P0]


def test_topics_may_name_partitions() -> None:
    assert parse_topics(["a:0,2", "b", "a:1", "b:3"]) == {"a": frozenset({0, 1, 2}), "b": None}
    for bad in (":1", "a:", "a:x", "a:1-2"):
        with pytest.raises(UsageError):
            parse_topics([bad])


def test_a_partition_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="no partition 7"):
        plan(ResetOrder("g", {"orders": frozenset({0, 7})}, Shift(1)), reads({}), {})


def test_a_group_without_commits_needs_topics_to_be_named() -> None:
    with pytest.raises(EventqError, match="no commits"):
        plan(ResetOrder("g", {}, Shift(1)), reads({}), {})


def test_a_partition_that_can_not_be_read_is_an_error_of_its_own() -> None:
    planned = plan(ResetOrder("g", {}, Shift(1)), reads({P0: 1}, bounds=Bounds(error="no leader")), {})
    assert [str(error) for error in planned.failures] == ["orders:0: no leader"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            reads({P0: 1}, tuple(MemberDescription(f"m{n}", f"c{n}", "h") for n in range(12))),
            "12 live members: c0",
        ),
        (reads({P0: 1}, None, "Stable", "consumer"), "is Stable: it has live members"),
    ],
)
def test_a_reset_is_refused_while_anybody_may_be_in_the_group(found: Reads, told: str) -> None:
    assert told in str(plan(ResetOrder("g", {}, Shift(1)), found, {}).refusal)


def test_without_its_commits_a_group_has_no_plan() -> None:
    group = GroupReads("g", "Empty", "classic", Description("Empty", members=()), Commits(error="loading"))
    with pytest.raises(EventqError, match="can't be read: loading"):
        plan(ResetOrder("g", {"orders": None}, Shift(1)), Reads(0.0, (group,), TOPICS, {}, ("orders",)), {})


def test_a_topic_that_can_not_be_read_says_why() -> None:
    found = reads({})
    blind = Reads(0.0, found.groups, {"orders": Topic("orders", error="not authorized")}, {}, ("orders",))
    with pytest.raises(EventqError, match="not authorized"):
        plan(ResetOrder("g", {"orders": None}, Shift(1)), blind, {})


def test_a_share_group_has_nothing_to_reset() -> None:
    with pytest.raises(EventqError, match="is a share group"):
        plan(ResetOrder("g", {}, Shift(1)), reads({P0: 1}, (), "Empty", "share"), {})


@pytest.mark.parametrize(("members", "state"), [((), "Empty"), (None, "Empty"), (None, "Dead")])
def test_an_empty_group_is_not_refused(members: tuple[MemberDescription, ...] | None, state: str) -> None:
    assert plan(ResetOrder("g", {}, Shift(1)), reads({P0: 1}, members, state), {}).refusal is None
