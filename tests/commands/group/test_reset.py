"""`eventq group reset` against a real broker: each form, each refusal, and back again."""

import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from kafka import TopicPartition

from eventq.cli import application
from eventq.core.errors import UsageError
from tests.group_fixture import T0, GroupFixture


def at(seconds: int) -> str:
    return datetime.fromtimestamp(T0 / 1000 + seconds, timezone.utc).isoformat()


def test_every_form_moves_the_commits(group_fixture: GroupFixture) -> None:
    group_fixture.admin.delete_records({TopicPartition(group_fixture.topic, 0): 20})
    for to, expected in (
        (("--to", "earliest"), {0: 20, 1: 0}),
        (("--to", "latest"), {0: 100, 1: 100}),
        (("--to", "50"), {0: 50, 1: 50}),
        (("--to", at(30)), {0: 30, 1: 30}),
        (("--to", "-5"), {0: 35, 1: 45}),
        (("--to=-5",), {0: 35, 1: 45}),
        (("--to", "+7"), {0: 47, 1: 57}),
    ):
        group_fixture.commit(40, 50)
        done = group_fixture.json("reset", "-g", group_fixture.group, *to, "--execute")
        assert done["executed"] is True
        assert [row["error"] for row in done["partitions"]] == [None, None]
        assert group_fixture.committed() == expected, to


def test_a_duration_counts_back_from_now(group_fixture: GroupFixture) -> None:
    group_fixture.commit(0, 0)
    seconds = int(time.time() - T0 / 1000) - 60
    rows = group_fixture.json("reset", "-g", group_fixture.group, "--to", f"duration:PT{seconds}S")[
        "partitions"
    ]
    assert all(60 <= row["target"] <= 100 for row in rows)
    assert (
        group_fixture.json("reset", "-g", group_fixture.group, "--to", "duration:P1000000D")["partitions"][0][
            "target"
        ]
        == 0
    )


def test_without_execute_the_plan_is_shown_and_nothing_changes(group_fixture: GroupFixture) -> None:
    group_fixture.commit(40, 50)
    done = group_fixture.run("reset", "-g", group_fixture.group, "--to", "10")
    assert done.returncode == 0
    assert "--execute carries it out" in done.stderr
    assert done.stdout.splitlines()[1].split() == [
        group_fixture.topic,
        "0",
        "0",
        "100",
        "40",
        "10",
        "-30",
        "90",
    ]
    assert "\x1b" not in done.stdout
    assert group_fixture.committed() == {0: 40, 1: 50}


def test_a_target_outside_the_log_is_moved_to_its_end_and_says_so(group_fixture: GroupFixture) -> None:
    group_fixture.commit(40, 50)
    group_fixture.admin.delete_records({TopicPartition(group_fixture.topic, 0): 20})
    low = group_fixture.json("reset", "-g", group_fixture.group, "--to", "-45")["partitions"]
    assert [row["target"] for row in low] == [20, 5]
    assert low[0]["note"] == "-5 lies below the log start 20: moved there"
    high = group_fixture.json("reset", "-g", group_fixture.group, "--to", "1000")["partitions"]
    assert high[1]["note"] == "1000 lies beyond the end 100: moved there"
    late = group_fixture.json("reset", "-g", group_fixture.group, "--to", at(5000))["partitions"]
    assert (late[0]["target"], late[0]["note"]) == (100, "no record at that time or later: moved to the end")


def test_only_the_topics_and_partitions_named_are_moved(group_fixture: GroupFixture) -> None:
    group_fixture.commit(40, 50)
    group_fixture.json(
        "reset", "-g", group_fixture.group, "-t", f"{group_fixture.topic}:1", "--to", "earliest", "--execute"
    )
    assert group_fixture.committed() == {0: 40, 1: 0}


def test_a_partition_without_a_commit_gets_one_unless_it_is_to_be_shifted(
    group_fixture: GroupFixture,
) -> None:
    group_fixture.commit(40)
    shifted = group_fixture.json("reset", "-g", group_fixture.group, "--to", "+1", "--execute")["partitions"]
    assert [(row["action"], row["committed"], row["target"]) for row in shifted] == [
        ("set", 40, 41),
        ("keep", None, None),
    ]
    assert "unchanged" in shifted[1]["note"]
    assert group_fixture.committed() == {0: 41}
    group_fixture.json("reset", "-g", group_fixture.group, "--to", "3", "--execute")
    assert group_fixture.committed() == {0: 3, 1: 3}


def test_what_csv_saved_is_put_back_even_that_there_was_no_commit(
    group_fixture: GroupFixture, tmp_path: Path
) -> None:
    group_fixture.commit(40)
    saved = group_fixture.run(
        "reset", "-g", group_fixture.group, "--to", "earliest", "--execute", "-o", "csv"
    )
    file = tmp_path / "saved.csv"
    file.write_text(saved.stdout)
    assert group_fixture.committed() == {0: 0, 1: 0}
    back = group_fixture.json("reset", "-g", group_fixture.group, "--from-csv", str(file), "--execute")
    assert [(row["action"], row["error"]) for row in back["partitions"]] == [("set", None), ("remove", None)]
    assert group_fixture.committed() == {0: 40}


def test_what_lag_saved_brings_back_a_group_that_was_deleted(
    group_fixture: GroupFixture, tmp_path: Path
) -> None:
    group_fixture.commit(40, 50)
    file = tmp_path / "saved.csv"
    file.write_text(group_fixture.eventq("lag", "-g", group_fixture.group, "-o", "csv").stdout)
    group_fixture.admin.delete_groups([group_fixture.group])
    group_fixture.json("reset", "-g", group_fixture.group, "--from-csv", str(file), "--execute")
    assert group_fixture.committed() == {0: 40, 1: 50}


def test_a_group_with_live_members_is_refused_by_name_and_nothing_changes(
    group_fixture: GroupFixture,
) -> None:
    group_fixture.commit(40, 50)
    member = group_fixture.member()
    planned = group_fixture.json("reset", "-g", group_fixture.group, "--to", "earliest")
    refused = group_fixture.run("reset", "-g", group_fixture.group, "--to", "earliest", "--execute")
    member.close()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "1 live member: kafka-python" in refused.stderr
    assert "1 live member" in planned["refusal"]
    assert [row["target"] for row in planned["partitions"]] == [0, 0]
    assert group_fixture.committed() == {0: 40, 1: 50}


@pytest.mark.parametrize("client", ["librdkafka", "kafka-python"])
def test_a_group_of_the_newer_protocol_is_refused_while_it_lives_and_moved_after(
    group_fixture: GroupFixture, client: str
) -> None:
    arguments = (
        "reset",
        "-g",
        group_fixture.group,
        "-t",
        group_fixture.topic,
        "--to",
        "7",
        "--execute",
        "--client",
        client,
    )
    member = group_fixture.new_member()
    refused = group_fixture.run(*arguments)
    member.close()
    assert refused.returncode == 1
    assert "live member" in refused.stderr
    assert group_fixture.run(*arguments).returncode == 0
    assert group_fixture.committed() == {0: 7, 1: 7}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("-g", "no-such-group", "--to", "latest"), 4, "no-such-group"),
        (("-g", "{group}", "--to", "latest", "-t", "no-such-topic"), 4, "no-such-topic"),
        (("-g", "{group}", "--to", "latest", "-t", "{topic}:9"), 4, "no partition 9"),
    ],
)
def test_what_can_not_be_reset_is_told_clearly(
    group_fixture: GroupFixture, arguments: tuple[str, ...], code: int, told: str
) -> None:
    group_fixture.commit(1)
    done = group_fixture.run(
        "reset", *(word.format(group=group_fixture.group, topic=group_fixture.topic) for word in arguments)
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-g", "g", "--to", "soon"), "soon"),
        (("-g", "g"), "--to or --from-csv"),
        (("-g", "g", "--to", "1", "--from-csv", "x"), "--to or --from-csv"),
        (("-g", "g", "--from-csv", "no-such-file"), "no-such-file"),
        (("-g", "g", "--to", "1", "-t", "orders:x"), "orders:x"),
        (("--to", "latest"), "no group was named"),
        (("-g", "a", "-g", "b", "--to", "latest"), "2 groups were named"),
    ],
)
def test_a_call_that_can_not_mean_anything_is_refused_before_a_broker_is_asked(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.delenv("KAFKA_GROUP_ID", raising=False)
    with pytest.raises(UsageError, match=told):
        application()(["group", "reset", *arguments], standalone_mode=False)
