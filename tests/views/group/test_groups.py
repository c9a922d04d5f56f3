"""Groups and plans of a reset as lines, tables and JSON, with what a quiet test cluster can't show."""

import pytest

from eventq.core.group.groups import Described, topics_of_group
from eventq.core.group.reset import Action, ResetPlan, ResetRow
from eventq.core.group.reset_saved import SavedPlan
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import Commits, Description, GroupReads, MemberDescription, Reads, Topic
from eventq.core.lag.snapshot import snapshot
from eventq.views.group import reset as group_reset
from eventq.views.group import reset_json as group_reset_json
from eventq.views.group.groups import describe_lines, describe_table, list_table, members_lines, members_table
from eventq.views.group.groups_json import describe_document, members_document

P0, P1 = TopicPartition("orders", 0), TopicPartition("orders", 1)
BUSY = MemberDescription("id-1", "c-1", "10.0.0.1", ("orders",), (P1, P0))
IDLE = MemberDescription("id-2", "c-2", "10.0.0.2", ("orders",))


def described(members: tuple[MemberDescription, ...] | None, note: str | None = None) -> list[Described]:
    description = Description("Stable", "range", members, note)
    group = GroupReads("billing", "Stable", "consumer", description, Commits({P0: 1000}))
    bounds = {P0: Bounds(2000, 4500), P1: Bounds(error="the partition has no leader")}
    reads = Reads(0.0, (group,), {"orders": Topic("orders", leaders={0: 1, 1: None})}, bounds)
    return [(group, snapshot(reads).groups[0])]


def test_a_topic_of_a_group_sums_up_its_partitions_and_is_unknown_with_one_of_them() -> None:
    (topic,) = topics_of_group(described((BUSY,))[0][1])
    assert (topic.partitions, topic.committed, topic.lag, topic.lost) == (2, 1, None, 1000)


def test_a_member_is_shown_with_its_partitions_as_topic_takes_them_and_an_idle_one_with_none() -> None:
    lines = members_lines(described((BUSY, IDLE))).splitlines()
    assert lines[1].split() == ["billing", "c-1", "10.0.0.1", "id-1", "orders:0,1"]
    assert lines[2].split() == ["billing", "c-2", "10.0.0.2", "id-2", "-"]


def test_what_is_unknown_or_failed_stands_below() -> None:
    groups = described(None, "members unknown: pip install 'eventq[fast]'")
    for text in (describe_lines(groups), describe_table(groups, 100), members_table(groups, 100)):
        assert "members unknown" in text
        assert "error: orders:1: the partition has no leader" in text
    found = members_document(0.0, groups)["groups"][0]
    assert (found["member_count"], found["members"]) == (None, [])
    assert describe_document(0.0, groups)["groups"][0]["lag"] is None


def test_a_pipe_gets_no_escape_codes_and_no_thousands_separators() -> None:
    text = describe_lines(described((BUSY,)))
    assert "\x1b" not in text
    assert "lost 1000" in text


def test_no_groups_is_said_on_a_terminal() -> None:
    assert list_table([], 80) == "no groups\n"
    assert describe_table([], 80) == "no groups\n"


def test_a_plan_shows_what_is_set_removed_and_kept() -> None:
    rows = (
        ResetRow(
            P0, Bounds(2000, 4500), 1000, Action.SET, 2000, "1500 lies below the log start 2000: moved there"
        ),
        ResetRow(P1, Bounds(0, 10), 5, Action.REMOVE, note="had no commit: it is removed"),
        ResetRow(TopicPartition("x", 0), Bounds(error="no leader"), None, error="no leader"),
    )
    plan = ResetPlan("billing", "Empty", (), rows)
    lines = group_reset.lines(plan).splitlines()
    assert lines[1].split()[:8] == ["orders", "0", "2000", "4500", "1000", "2000", "+1000", "2500"]
    assert lines[2].split()[5] == "none"
    assert lines[3].endswith("error: no leader")
    assert "orders:1: had no commit: it is removed" in group_reset.screen(plan, 80)
    table = group_reset_json.table(plan).splitlines()
    assert table[2] == "billing,orders,1,0,10,5,remove,,,,had no commit: it is removed,"
    assert [part["action"] for part in group_reset_json.document(plan)["partitions"]] == [
        "set",
        "remove",
        "keep",
    ]


@pytest.mark.parametrize(
    "group", ["=cmd|' /C calc'!A0", "nl\nfoo 99", "\\x1b", "\x1b", "'", "a,b", "größe", ""]
)
def test_a_saved_plan_is_read_back_for_the_group_whatever_its_name(group: str) -> None:
    rows = (ResetRow(TopicPartition("-orders", 0), Bounds(0, 10), 5, Action.SET, 0),)
    saved = SavedPlan(group_reset_json.table(ResetPlan(group, "Empty", (), rows)), "plan.csv")
    assert saved.offsets(group) == {TopicPartition("-orders", 0): 5}
