"""`eventq group` list, describe, members and delete against a real broker."""

import json

import pytest

from eventq.core import safe_text
from tests.group_fixture import GroupFixture
from tests.other_groups import share_group, streams_group


def test_list_shows_every_kind_of_group_with_its_type_and_state(group_fixture: GroupFixture) -> None:
    group_fixture.commit(1)
    share_group(group_fixture.bootstrap, f"{group_fixture.group}-s", group_fixture.topic)
    streams_group(group_fixture.bootstrap, f"{group_fixture.group}-t", group_fixture.topic)
    rows = {row["group"]: row for row in group_fixture.json("list")["groups"]}
    assert rows[group_fixture.group] == {"group": group_fixture.group, "type": "classic", "state": "Empty"}
    assert (rows[f"{group_fixture.group}-s"]["type"], rows[f"{group_fixture.group}-t"]["type"]) == (
        "share",
        "streams",
    )
    lines = [line.split() for line in group_fixture.run("list").stdout.splitlines()]
    assert [group_fixture.group, "classic", "Empty"] in lines
    done = group_fixture.run("describe", f"{group_fixture.group}-s", f"{group_fixture.group}-t")
    assert (done.returncode, done.stdout.count("members unknown")) == (0, 3)
    assert (
        "share group"
        in group_fixture.run(
            "reset", "-g", f"{group_fixture.group}-s", "--to", "1", "-t", group_fixture.topic
        ).stderr
    )
    assert group_fixture.run("delete", f"{group_fixture.group}-s", "--yes").returncode == 1


def test_describe_shows_topics_and_lag_of_a_group_without_members(group_fixture: GroupFixture) -> None:
    group_fixture.commit(40)
    found = group_fixture.json("describe", group_fixture.group)["groups"][0]
    assert (found["state"], found["type"], found["member_count"], found["members"]) == (
        "Empty",
        "classic",
        0,
        [],
    )
    assert found["topics"] == [
        {"topic": group_fixture.topic, "partitions": 2, "committed": 1, "lag": 160, "lost": 0}
    ]
    text = group_fixture.run("describe", "-g", group_fixture.group).stdout
    assert f"topic {group_fixture.topic}  partitions 2  committed 1  lag 160  lost 0" in text.splitlines()
    assert "\x1b" not in text


def test_members_shows_who_is_in_a_classic_group_and_what_each_is_assigned(
    group_fixture: GroupFixture,
) -> None:
    member = group_fixture.member()
    found = group_fixture.json("members", group_fixture.group)["groups"][0]
    line = group_fixture.run("members", KAFKA_GROUP_ID=group_fixture.group).stdout.splitlines()[1]
    member.close()
    assert (found["state"], found["member_count"]) == ("Stable", 1)
    assert found["members"][0]["assignment"] == [
        {"topic": group_fixture.topic, "partition": 0},
        {"topic": group_fixture.topic, "partition": 1},
    ]
    assert line.split()[0] == group_fixture.group
    assert line.endswith(f"{group_fixture.topic}:0,1")


@pytest.mark.parametrize("client", ["librdkafka", "kafka-python"])
def test_members_of_a_group_of_the_newer_protocol_are_shown_over_both_clients(
    group_fixture: GroupFixture, client: str
) -> None:
    member = group_fixture.new_member()
    found = group_fixture.json("members", group_fixture.group, "--client", client)["groups"][0]
    member.close()
    (one,) = found["members"]
    assert (found["type"], found["member_count"], one["client_id"]) == ("consumer", 1, "rdkafka")
    assert [part["partition"] for part in one["assignment"]] == [0, 1]


@pytest.mark.parametrize("command", ["describe", "members"])
def test_an_unknown_group_is_exit_4_and_the_others_are_shown(
    group_fixture: GroupFixture, command: str
) -> None:
    group_fixture.commit(1)
    done = group_fixture.run(command, group_fixture.group, "no-such-group", "-o", "json")
    assert done.returncode == 4
    assert "no such group: no-such-group" in done.stderr
    assert [group["group"] for group in json.loads(done.stdout)["groups"]] == [group_fixture.group]


def test_delete_deletes_the_groups_that_there_are_and_is_exit_4_for_the_others(
    group_fixture: GroupFixture,
) -> None:
    group_fixture.commit(1)
    found = group_fixture.json("delete", group_fixture.group, "no-such-group", "--yes", code=4)["groups"]
    assert [row["result"] for row in found] == ["deleted", "failed"]
    assert group_fixture.committed() == {}
    assert group_fixture.group not in {row["group"] for row in group_fixture.json("list")["groups"]}


def test_delete_refuses_a_group_with_live_members_and_says_who_they_are(group_fixture: GroupFixture) -> None:
    member = group_fixture.member()
    done = group_fixture.run("delete", group_fixture.group, "--yes")
    member.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert "1 live member: kafka-python" in done.stderr


def test_delete_without_a_terminal_and_without_yes_is_exit_2_and_deletes_nothing(
    group_fixture: GroupFixture,
) -> None:
    group_fixture.commit(7)
    done = group_fixture.run("delete", group_fixture.group)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert group_fixture.committed() == {0: 7}
    assert group_fixture.run("delete", "--yes", KAFKA_GROUP_ID=group_fixture.group).returncode == 2


def test_the_group_with_an_empty_name_can_be_named_over_either_client(group_fixture: GroupFixture) -> None:
    """One test for both: there is but one such group on a broker."""
    for client in ("kafka-python", "librdkafka"):
        group_fixture.commit(40, group="")
        over = ("--client", client)
        assert any(row["group"] == "" for row in group_fixture.json("list", *over)["groups"])
        (found,) = group_fixture.json("describe", "", *over)["groups"]
        assert {
            "topic": group_fixture.topic,
            "partitions": 2,
            "committed": 1,
            "lag": 160,
            "lost": 0,
        } in found["topics"]
        done = group_fixture.eventq("lag", "-g", "", "-t", group_fixture.topic, *over)
        assert (done.returncode, done.stdout.splitlines()[1].split()[:3]) == (
            0,
            ['""', group_fixture.topic, "0"],
        )
        done = group_fixture.eventq("lag", "-t", group_fixture.topic, *over)
        assert '""' in {line.split()[0] for line in done.stdout.splitlines()}
        plan = ("reset", "-g", "", "-t", group_fixture.topic, "--to", "earliest", "--execute")
        assert group_fixture.run(*plan, *over).returncode == 0
        assert group_fixture.committed(group="") == {0: 0, 1: 0}
        assert group_fixture.run("delete", "-g", "", "--yes", *over).stdout == 'deleted ""\n'
        done = group_fixture.eventq("lag", "wait", "-g", "", *over)
        assert (done.returncode, "is the variable" in done.stderr) == (4, True)


HOSTILE = [
    "nl\nfoo 99",
    "\x1b]0;owned\x07",
    "team[prod]",
    "billing[/]",
    ":warning:",
    "a,b",
    "=cmd",
    "\u202egnp",
]


def test_hostile_names_are_listed_visibly_and_can_be_named(group_fixture: GroupFixture) -> None:
    names = [f"{name}-{group_fixture.group}" for name in HOSTILE]
    for name in names:
        group_fixture.commit(1, group=name)
    assert set(names) <= {row["group"] for row in group_fixture.json("list")["groups"]}
    lines = group_fixture.run("list").stdout.splitlines()
    for name in names:
        assert sum(line.startswith(safe_text.name(name)) for line in lines) == 1
        text = group_fixture.run("describe", "-g", name).stdout
        assert text.startswith(f"group {safe_text.name(name)}  Empty")
    done = group_fixture.run("delete", *names, "--yes")
    assert done.stdout.splitlines() == [f"deleted {safe_text.name(name)}" for name in names]
