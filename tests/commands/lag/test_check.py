"""`eventq lag check` against a real broker: exit codes one by one, plain and as a monitoring plugin."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import TopicPartition

from tests.lag_world import LagWorld, finish
from tests.live_member import live_member


@pytest.fixture
def world(bootstrap: str) -> Iterator[LagWorld]:
    with LagWorld(bootstrap) as world:
        world.commit(100, 60)
        yield world


def test_a_kept_limit_is_exit_0_and_a_broken_one_exit_3_with_a_line_for_each_breach(world: LagWorld) -> None:
    kept = world.run("check", "--max-lag", "40")
    assert (kept.code, kept.out, kept.err) == (0, f"{world.group}: ok, lag 40, members 0\n", "")
    broken = world.run("check", "--max-lag", "39", "--min-members", "1")
    assert (broken.code, len(broken.out.splitlines())) == (3, 2)
    assert f"lag 40 is above 39 (deepest {world.topic}:1 with 40)" in broken.out


def test_the_document_has_the_figures_the_limits_and_the_breaches(world: LagWorld) -> None:
    done = world.run("check", "--max-lag", "39", "-o", "json")
    found = done.document
    assert (done.code, found["ok"], found["lag"], found["member_count"]) == (3, False, 40, 0)
    assert found["limits"] == {"max_lag": 39, "max_time_lag_seconds": None, "min_members": None}
    assert [(row["check"], row["unknown"]) for row in found["breaches"]] == [("lag", False)]


def test_live_members_are_counted(world: LagWorld) -> None:
    with closing(live_member(world.bootstrap, world.topic, world.group)):
        enough, too_few = world.run("check", "--min-members", "1"), world.run("check", "--min-members", "2")
    assert (enough.code, too_few.code) == (0, 3)
    assert "1 members are fewer than 2" in too_few.out


def test_the_age_of_the_oldest_unread_record_has_its_limit(world: LagWorld) -> None:
    assert world.run("check", "--max-time-lag", "1h").code == 0
    broken = world.run("check", "--max-time-lag", "1ms")
    assert (broken.code, "the oldest unread record is" in broken.out) == (3, True)
    found = world.run("check", "--max-time-lag", "1h", "-o", "json").document
    assert 0 < found["time_lag_seconds"] < 3600
    plugin = world.run("check", "--nagios", "--max-time-lag", "1h", "--warn-lag", "100")
    assert (plugin.code, "time_lag=" in plugin.out, "s;;3600;0" in plugin.out) == (0, True, True)


def test_loss_is_a_breach_whatever_the_limits(world: LagWorld) -> None:
    world.admin.delete_records({TopicPartition(world.topic, 1): 80})
    done = world.run("check", "--max-lag", "1000")
    assert (done.code, "20 records were deleted unread" in done.out) == (3, True)
    assert world.run("check", "--nagios", "--crit-lag", "1000").code == 2


@pytest.mark.parametrize(
    ("warn", "critical", "code", "said"),
    [
        ("100", "1000", 0, "LAG OK - {group} lag 40, members 0"),
        ("39", "1000", 1, "LAG WARNING - {group} lag 40, members 0"),
        ("5", "39", 2, "LAG CRITICAL - {group} lag 40 is above 39 (deepest {topic}:1 with 40)"),
    ],
)
def test_the_plugin_has_its_own_exit_codes_and_one_line(
    world: LagWorld, warn: str, critical: str, code: int, said: str
) -> None:
    done = world.run("check", "--nagios", "--warn-lag", warn, "--crit-lag", critical)
    text = said.format(group=world.group, topic=world.topic)
    assert (done.code, done.out, done.err) == (code, f"{text} | lag=40;{warn};{critical};0\n", "")


def test_no_such_group_is_exit_4_and_unknown_for_the_plugin(world: LagWorld) -> None:
    world.group += "-not"
    assert world.run("check", "--max-lag", "1").code == 4
    done = world.run("check", "--nagios", "--crit-lag", "1")
    assert (done.code, done.out) == (3, f"LAG UNKNOWN - no such group: {world.group}\n")


@pytest.mark.parametrize(("options", "code"), [(("--max-lag", "1"), 1), (("--nagios", "--crit-lag", "1"), 3)])
def test_no_broker_is_exit_1_and_unknown_for_the_plugin(options: tuple[str, ...], code: int) -> None:
    command = [sys.executable, "-m", "eventq", "lag", "check", "-g", "g", "-b", "127.0.0.1:1", *options]
    done = subprocess.run([*command, "--connect-timeout", "500ms"], capture_output=True, check=False)
    assert done.returncode == code
    assert done.stdout.startswith(b"LAG UNKNOWN - no broker") == (code == 3)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((), 2),
        (("--max-lag", "1", "--crit-lag", "2"), 2),
        (("--max-lag", "-1"), 2),
        (("--max-lag", "1", "-o", "csv"), 2),
        (("--nagios",), 3),
        (("--nagios", "--max-lag", "1"), 3),
        (("--nagios", "--crit-lag", "1", "-o", "json"), 3),
        (("--nagios", "--warn-lag", "9", "--crit-lag", "1"), 3),
    ],
)
def test_what_can_mean_nothing_is_a_usage_error(world: LagWorld, wrong: tuple[str, ...], code: int) -> None:
    assert finish(world.start("check", "-g", world.group, *wrong)).code == code
