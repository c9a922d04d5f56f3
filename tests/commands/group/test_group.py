"""`eventq group` list, describe, members and delete against a real broker."""

import json

import pytest

from tests.group_ward import Ward
from tests.other_groups import share_group, streams_group


def test_list_shows_every_kind_of_group_with_its_type_and_state(ward: Ward) -> None:
    ward.commit(1)
    share_group(ward.bootstrap, f"{ward.group}-s", ward.topic)
    streams_group(ward.bootstrap, f"{ward.group}-t", ward.topic)
    rows = {row["group"]: row for row in ward.json("list")["groups"]}
    assert rows[ward.group] == {"group": ward.group, "type": "classic", "state": "Empty"}
    assert (rows[f"{ward.group}-s"]["type"], rows[f"{ward.group}-t"]["type"]) == ("share", "streams")
    lines = [line.split() for line in ward.run("list").stdout.splitlines()]
    assert [ward.group, "classic", "Empty"] in lines
    done = ward.run("describe", f"{ward.group}-s", f"{ward.group}-t")
    assert (done.returncode, done.stdout.count("members unknown")) == (0, 3)
    assert "share group" in ward.run("reset", "-g", f"{ward.group}-s", "--to", "1", "-t", ward.topic).stderr
    assert ward.run("delete", f"{ward.group}-s", "--yes").returncode == 1


def test_describe_shows_topics_and_lag_of_a_group_without_members(ward: Ward) -> None:
    ward.commit(40)
    found = ward.json("describe", ward.group)["groups"][0]
    assert (found["state"], found["type"], found["member_count"], found["members"]) == (
        "Empty",
        "classic",
        0,
        [],
    )
    assert found["topics"] == [{"topic": ward.topic, "partitions": 2, "committed": 1, "lag": 160, "lost": 0}]
    text = ward.run("describe", "-g", ward.group).stdout
    assert f"topic {ward.topic}  partitions 2  committed 1  lag 160  lost 0" in text.splitlines()
    assert "\x1b" not in text


def test_members_shows_who_is_in_a_classic_group_and_what_each_is_assigned(ward: Ward) -> None:
    member = ward.member()
    found = ward.json("members", ward.group)["groups"][0]
    line = ward.run("members", KAFKA_GROUP_ID=ward.group).stdout.splitlines()[1]
    member.close()
    assert (found["state"], found["member_count"]) == ("Stable", 1)
    assert found["members"][0]["assignment"] == [
        {"topic": ward.topic, "partition": 0},
        {"topic": ward.topic, "partition": 1},
    ]
    assert line.split()[0] == ward.group
    assert line.endswith(f"{ward.topic}:0,1")


@pytest.mark.parametrize("client", ["librdkafka", "kafka-python"])
def test_members_of_a_group_of_the_newer_protocol_are_shown_over_both_clients(
    ward: Ward, client: str
) -> None:
    member = ward.new_member()
    found = ward.json("members", ward.group, "--client", client)["groups"][0]
    member.close()
    (one,) = found["members"]
    assert (found["type"], found["member_count"], one["client_id"]) == ("consumer", 1, "rdkafka")
    assert [part["partition"] for part in one["assignment"]] == [0, 1]


@pytest.mark.parametrize("command", ["describe", "members"])
def test_an_unknown_group_is_exit_4_and_the_others_are_shown(ward: Ward, command: str) -> None:
    ward.commit(1)
    done = ward.run(command, ward.group, "no-such-group", "-o", "json")
    assert done.returncode == 4
    assert "no such group: no-such-group" in done.stderr
    assert [group["group"] for group in json.loads(done.stdout)["groups"]] == [ward.group]


def test_delete_deletes_the_groups_that_there_are_and_is_exit_4_for_the_others(ward: Ward) -> None:
    ward.commit(1)
    found = ward.json("delete", ward.group, "no-such-group", "--yes", code=4)["groups"]
    assert [row["result"] for row in found] == ["deleted", "failed"]
    assert ward.committed() == {}
    assert ward.group not in {row["group"] for row in ward.json("list")["groups"]}


def test_delete_refuses_a_group_with_live_members_and_says_who_they_are(ward: Ward) -> None:
    member = ward.member()
    done = ward.run("delete", ward.group, "--yes")
    member.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert "1 live member: kafka-python" in done.stderr


def test_delete_without_a_terminal_and_without_yes_is_exit_2_and_deletes_nothing(ward: Ward) -> None:
    ward.commit(7)
    done = ward.run("delete", ward.group)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert ward.committed() == {0: 7}
    assert ward.run("delete", "--yes", KAFKA_GROUP_ID=ward.group).returncode == 2
