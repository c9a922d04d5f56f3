"""`eventq lag check` against a real broker: exit codes one by one, plain and as a monitoring plugin."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import TopicPartition

from tests.lag_harness import LagHarness, finish
from tests.live_member import live_member


@pytest.fixture
def harness(bootstrap: str) -> Iterator[LagHarness]:
    with LagHarness(bootstrap) as harness:
        harness.commit(100, 60)
        yield harness


def test_a_kept_limit_is_exit_0_and_a_broken_one_exit_3_with_a_line_for_each_breach(
    harness: LagHarness,
) -> None:
    kept = harness.run("check", "--max-lag", "40")
    assert (kept.code, kept.out, kept.err) == (0, f"{harness.group}: ok, lag 40, members 0\n", "")
    broken = harness.run("check", "--max-lag", "39", "--min-members", "1")
    assert (broken.code, len(broken.out.splitlines())) == (3, 2)
    assert f"lag 40 is above 39 (largest {harness.topic}:1 with 40)" in broken.out


def test_the_document_has_the_figures_the_limits_and_the_breaches(harness: LagHarness) -> None:
    done = harness.run("check", "--max-lag", "39", "-o", "json")
    found = done.document
    assert (done.code, found["ok"], found["lag"], found["member_count"]) == (3, False, 40, 0)
    assert found["limits"] == {"max_lag": 39, "max_time_lag_seconds": None, "min_members": None}
    assert [(row["check"], row["unknown"]) for row in found["breaches"]] == [("lag", False)]


def test_live_members_are_counted(harness: LagHarness) -> None:
    with closing(live_member(harness.bootstrap, harness.topic, harness.group)):
        enough, too_few = (
            harness.run("check", "--min-members", "1"),
            harness.run("check", "--min-members", "2"),
        )
    assert (enough.code, too_few.code) == (0, 3)
    assert "1 member, fewer than 2" in too_few.out


def test_the_age_of_the_oldest_unread_record_has_its_limit(harness: LagHarness) -> None:
    assert harness.run("check", "--max-time-lag", "1h").code == 0
    broken = harness.run("check", "--max-time-lag", "1ms")
    assert (broken.code, "the oldest unread record is" in broken.out) == (3, True)
    found = harness.run("check", "--max-time-lag", "1h", "-o", "json").document
    assert 0 < found["time_lag_seconds"] < 3600
    plugin = harness.run("check", "--nagios", "--max-time-lag", "1h", "--warn-lag", "100")
    assert (plugin.code, "time_lag=" in plugin.out, "s;;3600;0" in plugin.out) == (0, True, True)


def test_loss_is_a_breach_whatever_the_limits(harness: LagHarness) -> None:
    harness.admin.delete_records({TopicPartition(harness.topic, 1): 80})
    done = harness.run("check", "--max-lag", "1000")
    assert (done.code, "20 records deleted unread" in done.out) == (3, True)
    assert harness.run("check", "--nagios", "--crit-lag", "1000").code == 2


@pytest.mark.parametrize(
    ("warn", "critical", "code", "said"),
    [
        ("100", "1000", 0, "LAG OK - {group} lag 40, members 0"),
        ("39", "1000", 1, "LAG WARNING - {group} lag 40, members 0"),
        ("5", "39", 2, "LAG CRITICAL - {group} lag 40 is above 39 (largest {topic}:1 with 40)"),
    ],
)
def test_the_plugin_has_its_own_exit_codes_and_one_line(
    harness: LagHarness, warn: str, critical: str, code: int, said: str
) -> None:
    done = harness.run("check", "--nagios", "--warn-lag", warn, "--crit-lag", critical)
    text = said.format(group=harness.group, topic=harness.topic)
    assert (done.code, done.out, done.err) == (code, f"{text} | lag=40;{warn};{critical};0\n", "")


def test_no_such_group_is_exit_4_and_unknown_for_the_plugin(harness: LagHarness) -> None:
    harness.group += "-not"
    assert harness.run("check", "--max-lag", "1").code == 4
    done = harness.run("check", "--nagios", "--crit-lag", "1")
    assert (done.code, done.out) == (3, f"LAG UNKNOWN - no such group: {harness.group}\n")


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
def test_what_can_mean_nothing_is_a_usage_error(
    harness: LagHarness, wrong: tuple[str, ...], code: int
) -> None:
    assert finish(harness.start("check", "-g", harness.group, *wrong)).code == code
