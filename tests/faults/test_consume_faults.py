import json
import os
import signal
import subprocess
import threading
import uuid
from contextlib import suppress

import pytest

from tests.consume_harness import ConsumeHarness, alive, either_client, eventually, members_of, purchase

KILLS = 7
STARTS = int(os.environ.get("EVENTQ_TEST_STARTS", "300"))


def test_a_killed_member_is_named_replaced_and_loses_nothing(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3000)
    process = harness.start(
        "--from-beginning", "--until-end", "--work", "2ms", "-o", "json", "--commit-interval", "200ms"
    )
    eventually(harness.busy, "a first commit")
    os.kill(members_of(process)[0], signal.SIGKILL)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert "died (SIGKILL), restarted" in run.err
    assert run.committed == {0: 1000, 1: 1000, 2: 1000}
    assert run.report["processed"] >= 3000
    assert sum(member["restarts"] for member in run.report["members"]) == 1


def test_a_quota_survives_a_killed_member_exactly(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3000)
    process = harness.start(
        "--from-beginning", "-n", "1500", "--work", "2ms", "-o", "json", "--commit-interval", "200ms"
    )
    eventually(harness.busy, "a first commit")
    os.kill(members_of(process)[0], signal.SIGKILL)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert sum(run.committed.values()) == 1500


@either_client
def test_a_killed_member_stays_away_with_no_restart(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(1500)
    process = harness.start("--from-beginning", "--until-end", "--work", "2ms", "--no-restart", "-o", "json")
    eventually(harness.busy, "a first commit")
    os.kill(members_of(process)[0], signal.SIGKILL)
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert "SIGKILL" in [member["exit"] for member in run.report["members"]]
    assert run.committed == {0: 500, 1: 500, 2: 500}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_all_processes_ends_in_order(harness: ConsumeHarness, number: int, code: int) -> None:
    harness.create()
    harness.fill(9000)
    process = harness.start("--from-beginning", "--work", "2ms", "-o", "json", start_new_session=True)
    eventually(harness.busy, "a first commit")
    os.killpg(process.pid, number)
    run = harness.finish(process)
    assert run.code == code
    assert sum(run.committed.values()) == run.report["processed"]


def test_members_of_a_killed_parent_commit_and_leave(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(9000)
    process = harness.start(
        "--from-beginning", "--work", "2ms", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    eventually(harness.busy, "a first commit")
    members = members_of(process)
    assert len(members) == 3
    process.kill()
    eventually(lambda: not any(map(alive, members)), "every member ended")
    described = harness.admin.describe_groups([harness.group])[harness.group]
    assert described["members"] == []


def test_a_reader_that_leaves_ends_the_run_quietly(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(9000)
    process = harness.start("--from-beginning", "--events")
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    process.stdout.close()
    process.stdout = None
    run = harness.finish(process)
    assert run.code == 0, run.err
    assert "Traceback" not in run.err
    assert line["offset"] == 0
    assert 0 < sum(harness.committed().values()) < 9000


@either_client
def test_until_end_ends_while_producing_goes_on(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(300)
    over = threading.Event()

    def keep_producing() -> None:
        while not over.is_set():
            harness.send([purchase()] * 30)

    producing = threading.Thread(target=keep_producing)
    producing.start()
    try:
        run = harness.consume("--until-end")
    finally:
        over.set()
        producing.join()
    assert run.code == 0, run.err
    assert all(offset >= 100 for offset in run.committed.values())


def more_is_committed(harness: ConsumeHarness) -> None:
    """Sends events and waits for the first commits of them."""
    before = sum(harness.committed().values())
    harness.fill(30)
    eventually(lambda: sum(harness.committed().values()) > before, "more commits")


def test_a_member_that_is_killed_at_every_start_ends_no_run_whose_group_gets_on(
    harness: ConsumeHarness,
) -> None:
    """Each kill of a new process is followed by commits of the others."""
    harness.create()
    process = harness.start("--from-beginning", "-o", "json", "--commit-interval", "100ms")
    first = set(eventually(lambda: len(members_of(process)) == 3 and members_of(process), "all members"))
    harness.fill(30)
    eventually(harness.busy, "a first commit")
    victim = first.pop()
    os.kill(victim, signal.SIGKILL)
    for _ in range(KILLS):
        (new,) = eventually(lambda: set(members_of(process)) - first - {victim}, "a new process")
        os.kill(victim := new, signal.SIGKILL)
        more_is_committed(harness)
    total = 30 * (KILLS + 1)
    eventually(lambda: sum(harness.committed().values()) == total, "all members work again")
    process.send_signal(signal.SIGINT)
    run = harness.finish(process)
    assert run.code == 130, run.err
    assert sum(member["restarts"] for member in run.report["members"]) == KILLS + 1
    assert sum(run.committed.values()) == total


@either_client
def test_a_group_whose_members_all_die_at_once_is_given_up(harness: ConsumeHarness) -> None:
    harness.create()
    harness.fill(3)
    process = harness.start("--from-beginning")
    while process.poll() is None:
        for pid in members_of(process):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    run = harness.finish(process)
    assert run.code == 1
    assert "and no member of the group has processed anything new meanwhile" in run.err
    assert "restarted in 0.4 s" in run.err


@either_client
def test_a_stop_during_the_start_of_many_members_ends_it(harness: ConsumeHarness) -> None:
    harness.create()
    process = harness.start("--count", "60", "-o", "json")
    eventually(lambda: members_of(process), "the first member")
    process.send_signal(signal.SIGTERM)
    run = harness.finish(process)
    assert run.code == 143, run.err
    assert len(run.report["members"]) == 60


def test_the_queue_depth_is_the_groups_also_where_nobody_reads(harness: ConsumeHarness) -> None:
    """A member of another run dies with its parent: its partition is nobody's until its session times out."""
    harness.create(2)
    mine = harness.start("--count", "1", "--session-timeout", "60s", "--from-beginning")
    eventually(lambda: harness.members() == 1, "the first member has joined")
    other = harness.start("--count", "1", "--session-timeout", "60s", "--from-beginning")
    eventually(lambda: harness.shares() == [1, 1], "each has a partition")
    (member,) = members_of(other)
    os.kill(member, signal.SIGSTOP)
    other.kill()
    os.kill(member, signal.SIGKILL)
    for partition in range(2):
        harness.send([purchase()] * 7, partition)
    assert mine.stderr is not None
    lines: list[str] = []
    while "queue depth 7, 1 of 1 members have partitions" not in "".join(lines):
        lines.append(mine.stderr.readline().decode())
        assert lines[-1], lines
    mine.terminate()
    assert harness.finish(mine).code == 143


@pytest.mark.timeout(600)
def test_300_starts_and_stops_during_rebalances_lose_and_double_no_commit(
    harnesses: list[ConsumeHarness],
) -> None:
    """Each record below the group's commits is in exactly one commit that its member knows to be made."""
    for harness in harnesses:
        harness.create(6)
        harness.flood(60_000)
    churns = [harness.churn(STARTS) for harness in harnesses]
    for harness, churn in zip(harnesses, churns, strict=True):
        said = json.loads(churn.communicate(timeout=580)[0])
        assert (said["failures"], said["exits"]) == ([], {"0": STARTS})
        assert 0 < sum(harness.committed().values()) == said["covered"]
        assert harness.members() == 0


def test_ids_of_the_helper_are_purchases() -> None:
    assert uuid.UUID(json.loads(purchase(7))["productId"])
