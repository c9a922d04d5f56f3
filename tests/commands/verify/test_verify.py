"""`eventq verify` on a real broker: what it shows, what it catches, what it leaves."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from kafka import KafkaAdminClient

from eventq.core.consume.injection import Crash, CrashPoint
from eventq.core.verify.names import Name
from tests.consume_harness import eventually
from tests.private_postgres import PASSWORD, PrivatePostgres

SMALL = ("--messages", "3000", "--partitions", "3", "--timeout", "80s")
DEADLINE, LONGEST = 170.0, 500.0
pytestmark = pytest.mark.timeout(400)
CRASH = ("--fault", "crash-point:after-commit,times=2", "--fault", "kill:after=1000", "--fault-seed", "7")


class Verify:
    """Runs with a folder for temporary files of its own, so that they don't see each other's."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, *options: str, module: str = "eventq") -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", module, "verify", "-b", self.bootstrap, *options],
            env={**os.environ, "TMPDIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        return process

    def run(self, *options: str, module: str = "eventq") -> tuple[int, str, str]:
        process = self.start(*options, module=module)
        out, err = process.communicate(timeout=LONGEST if "--matrix" in options else DEADLINE)
        return process.returncode, out, err

    def document(self, *options: str, code: int = 0, module: str = "eventq") -> Any:
        returned, out, err = self.run("-o", "json", *options, module=module)
        assert returned == code, err
        return json.loads(out)

    def folders(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("eventq-verify-*"))

    def left(self, name: str) -> list[str]:
        """Topics, groups and folders whose names begin so."""
        groups = [row["group_id"] for row in self.admin.list_groups()]
        return sorted(
            one for one in (*self.admin.list_topics(), *groups, *self.folders()) if one.startswith(name)
        )

    def servers(self) -> list[str]:
        """Folders of private databases."""
        return sorted(path.name for path in self.folder.glob("eventq-postgresql-*"))

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.admin.close()


@pytest.fixture
def verify(bootstrap: str) -> Iterator[Verify]:
    """In a folder with a short name, for sockets, and open to others: root's database runs as nobody."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        harness = Verify(bootstrap, Path(folder))
        yield harness
        harness.close()


def found(document: Any) -> dict[str, int]:
    names = (name.value.replace("-", "_") for name in Name)
    return {name: document[name] for name in names if document[name]}


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
@pytest.mark.parametrize("delivery", ["at-most-once", "at-least-once", "exactly-once"])
def test_each_guarantee_holds_whoever_is_killed(verify: Verify, delivery: str, client: str) -> None:
    document = verify.document(*SMALL, *CRASH, "--delivery", delivery, "--client", client)
    assert (document["verdict"], document["delivery"]) == ("holds", delivery)
    assert (document["acked"], document["complete"], document["pending"]) == (3000, True, 0)
    allowed = {"at-most-once": {"lost"}, "at-least-once": {"duplicate"}, "exactly-once": set[str]()}
    assert set(found(document)) <= allowed[delivery]
    assert document["self_test"]["can_fail"] is True
    assert document["injected"]["seed"] == 7
    assert document["injected"]["counts"]
    assert verify.left(document["name"]) == []


def test_by_default_events_are_processed_once_in_sqlite_while_members_are_killed(verify: Verify) -> None:
    code, out, err = verify.run("--messages", "20000", "--partitions", "6")
    assert code == 0, err
    assert "exactly-once holds" in out
    assert "the check can fail: yes (16 anomalies planted" in out
    assert "at crash-point:before-commit" in out
    assert " kills" in out
    assert "on cluster " in err


def test_a_commit_before_the_write_that_is_called_at_least_once_is_caught(verify: Verify) -> None:
    crash = Crash(CrashPoint.AFTER_COMMIT, 2)
    seed = next(n for n in range(100_000) if all(crash.visit(n, member, 0) == 1 for member in (1, 2, 3)))
    fault = ("--fault", "crash-point:after-commit,times=2", "--fault-seed", str(seed))
    options = (*SMALL, *fault, "--delivery", "at-least-once")
    document = verify.document(*options, code=5, module="tests.wrong_member")
    assert (document["verdict"], document["blame"]) == ("broken", {"lost": "consumer"})
    assert document["lost"] > 0
    assert document["self_test"]["can_fail"] is True


def test_lines_of_json_are_audited_too(verify: Verify) -> None:
    document = verify.document(*SMALL, "--delivery", "at-least-once", "--sink", "jsonl:")
    assert (document["verdict"], document["processed"]) == ("holds", 3000)
    assert {"name": "reordered", "reason": "the sink keeps no order"} in document["self_test"]["left_out"]


@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
@pytest.mark.parametrize("delivery", ["at-least-once", "exactly-once"])
def test_copies_in_a_topic_of_its_own_hold_whoever_is_killed(
    verify: Verify, delivery: str, client: str
) -> None:
    options = ("--sink", "kafka:", "--delivery", delivery, "--client", client)
    document = verify.document(*SMALL, *CRASH, *options)
    assert (document["verdict"], document["processed"], document["pending"]) == ("holds", 3000, 0)
    assert set(found(document)) <= ({"duplicate"} if delivery == "at-least-once" else set())
    assert document["sink"] == f"kafka:{document['name']}-sink"
    assert document["self_test"]["can_fail"] is True
    assert document["self_test"]["left_out"] == [] or delivery == "at-least-once"
    assert document["injected"]["counts"]
    assert verify.left(document["name"]) == []


@pytest.mark.parametrize("delivery", ["at-least-once", "exactly-once"])
def test_a_postgresql_of_its_own_holds_whoever_is_killed_and_is_gone_after_it(
    verify: Verify, delivery: str
) -> None:
    document = verify.document(*SMALL, *CRASH, "--sink", "postgresql:", "--delivery", delivery)
    assert (document["verdict"], document["processed"], document["sink"]) == ("holds", 3000, "postgresql:")
    assert set(found(document)) <= ({"duplicate"} if delivery == "at-least-once" else set())
    assert document["self_test"]["can_fail"] is True
    assert document["injected"]["counts"]
    assert verify.left(document["name"]) == []
    assert verify.servers() == []


def test_a_postgresql_that_is_named_is_audited_and_its_password_never_shown(
    verify: Verify, postgres: PrivatePostgres
) -> None:
    address = f"{postgres.address}&user=app&password={quote(PASSWORD, safe='')}"
    code, out, err = verify.run(*SMALL, "--fault", "none", "--sink", address, "-o", "json", "--keep")
    assert code == 0, err
    assert json.loads(out)["verdict"] == "holds"
    assert PASSWORD not in out + err
    verify.run("--clean", "--yes")


def test_a_topic_that_is_named_must_be_there_and_stays(verify: Verify) -> None:
    target = f"copies-{verify.folder.name.replace('_', '-')}"
    code, _, err = verify.run(*SMALL, "--sink", f"kafka:{target}")
    assert (code, f"no such topic: {target}" in err) == (4, True), err
    verify.admin.create_topics({target: {"num_partitions": 2, "replication_factor": 1}})
    document = verify.document(*SMALL, "--fault", "none", "--sink", f"kafka:{target}")
    assert (document["verdict"], document["sink"]) == ("holds", f"kafka:{target}")
    assert verify.left(document["name"]) == []
    assert target in verify.admin.list_topics()
    verify.admin.delete_topics([target])


def test_clean_removes_the_topic_of_copies_that_a_killed_run_left(verify: Verify) -> None:
    process = verify.start("--messages", "100000", "--rate", "100", "--sink", "kafka:")
    (name,) = eventually(verify.folders, "a folder")
    eventually(lambda: f"{name}-sink" in verify.admin.list_topics(), "a topic for copies")
    process.kill()
    process.communicate()
    eventually(lambda: verify.run("--clean", "--yes")[0] == 0 and not verify.left(name), "all was removed")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_server_stays_of_a_run_that_was_ended(verify: Verify, number: signal.Signals, code: int) -> None:
    process = verify.start("--messages", "100000", "--rate", "100", "--sink", "postgresql:")
    eventually(lambda: any(verify.folder.glob("eventq-postgresql-*/data/postmaster.pid")), "a server")
    process.send_signal(number)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == code
    eventually(lambda: verify.servers() == [], "no server")


def test_the_document_is_that_of_an_audit_with_what_was_injected_and_the_phases(verify: Verify) -> None:
    document = verify.document(*SMALL, "--fault", "none")
    assert [row["phase"] for row in document["phases"]] == [
        "prepare", "produce", "consume", "settle", "audit", "self-test", "clean-up",
    ]  # fmt: skip
    assert all(row["seconds"] >= 0 for row in document["phases"])
    assert document["injected"] == {"asked": [], "seed": None, "counts": {}, "restarts": 0, "faults": []}
    assert len(document["partitions"]) == 3
    assert (document["timed_out"], document["messages"]) == (False, 3000)


def test_a_group_that_does_not_get_through_in_time_is_exit_124_and_nothing_is_lost(verify: Verify) -> None:
    code, out, err = verify.run("-o", "json", "--messages", "60000", "--timeout", "1ms")
    document = json.loads(out)
    assert (code, document["timed_out"], document["lost"]) == (124, True, 0), err
    assert "had not processed everything 0.001 s after the last event" in err
    assert verify.left(document["name"]) == []


def test_junit_has_a_case_for_each_name_and_for_the_check_itself(verify: Verify, tmp_path: Path) -> None:
    junit = tmp_path / "verify.xml"
    assert verify.run(*SMALL, "--junit", str(junit))[0] == 0
    suite = ET.parse(junit).getroot()
    cases = [case.get("name") for case in suite.iter("testcase")]
    assert {"lost", "duplicate", "finished", "the check can fail"} <= set(cases)
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order_and_all_that_it_made_is_gone(
    verify: Verify, number: signal.Signals, code: int
) -> None:
    process = verify.start("--messages", "100000", "--rate", "100")
    (name,) = eventually(verify.folders, "a folder")
    eventually((verify.folder / name / "sink.db").exists, "members at work")
    process.send_signal(number)
    _, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert verify.left(name) == []


def test_a_second_signal_leaves_it_at_once_and_says_what_is_left(verify: Verify) -> None:
    process = verify.start("--messages", "100000", "--rate", "100", "--fault", "none")
    (name,) = eventually(verify.folders, "a folder")
    eventually((verify.folder / name / "sink.db").exists, "members at work")
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGTERM)
    os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=DEADLINE)
    assert process.returncode in {130, 143}, err
    assert f"left behind: topic {name}, group {name}, folder {verify.folder / name}" in err
    assert "eventq verify --clean removes it" in err
    verify.run("--clean", "--yes")
    eventually(lambda: verify.run("--clean", "--yes")[0] == 0 and not verify.left(name), "all was removed")


def test_a_topic_that_may_not_be_made_is_told_and_nothing_stays(verify: Verify) -> None:
    code, out, err = verify.run("--replicas", "3")
    assert (code, out) == (1, ""), err
    assert "the topic of this verification could not be made" in err
    assert list(verify.folder.iterdir()) == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_matrix_shows_what_each_guarantee_allows_and_nothing_else(verify: Verify, tmp_path: Path) -> None:
    junit = tmp_path / "matrix.xml"
    options = ("--matrix", "--messages", "600", "--partitions", "3", "--junit", str(junit))
    document = verify.document(*options)
    assert document["verdict"] == "holds"
    places = {(row["fault"], row["delivery"]): row for row in document["cells"]}
    assert len(places) == 7 * 3
    for (fault, delivery), row in places.items():
        assert row["lost"] == 0 or delivery == "at-most-once"
        assert row["duplicate"] == 0 or delivery == "at-least-once"
        assert (row["lost"], row["duplicate"]) == (0, 0) or fault != "none"
        assert row["injected"]["counts"] or fault not in {"kill", "pause"}
    assert sum(row["lost"] for row in document["cells"]) > 0
    assert sum(row["duplicate"] for row in document["cells"]) > 0
    assert len(list(ET.parse(junit).getroot().iter("testcase"))) == 22
    assert verify.left(document["name"]) == []


def test_what_is_kept_can_be_judged_again_and_is_removed_by_clean(verify: Verify) -> None:
    code, out, err = verify.run("-o", "json", *SMALL, "--keep")
    name = json.loads(out)["name"]
    assert (code, set(verify.left(name))) == (0, {name}), err
    again = err.split("; eventq audit ", 1)[1].split(" judges it again", 1)[0].split()
    done = subprocess.run(
        [sys.executable, "-m", "eventq", "audit", "-b", verify.bootstrap, *again],
        check=False,
        stdout=subprocess.PIPE,
    )
    assert (done.returncode, b"exactly-once holds" in done.stdout) == (0, True)
    verify.run("--clean", "--yes")
    assert verify.left(name) == []


def test_clean_removes_what_a_killed_run_left_and_nothing_that_is_in_use(verify: Verify) -> None:
    killed, living = (verify.start("--messages", "100000", "--rate", "100") for _ in range(2))
    folders = verify.folder.glob
    eventually(lambda: len(list(folders("eventq-verify-*/sink.db"))) == 2, "two runs at work")
    killed.kill()
    killed.communicate()
    names = sorted(path.name for path in folders("eventq-verify-*"))
    other = f"eventq-verify-{names[0]}"
    verify.admin.create_topics({other: {"num_partitions": 1, "replication_factor": 1}})

    def cleaned() -> Any:
        code, out, err = verify.run("--clean", "--yes", "-o", "json")
        assert code == 0, err
        return [row["name"] for row in json.loads(out)["removed"] if row["name"] in names]

    gone = eventually(cleaned, "the killed run was removed")
    (left,) = set(names) - set(gone)
    assert living.poll() is None
    assert verify.left(gone[0]) == []
    assert set(verify.left(left)) == {left}
    assert other in verify.admin.list_topics()
    verify.admin.delete_topics([other])
    living.send_signal(signal.SIGINT)
    living.communicate(timeout=DEADLINE)
    assert (living.returncode, verify.left(left)) == (130, [])


def test_clean_asks_before_it_removes(verify: Verify) -> None:
    code, _, err = verify.run("--clean")
    assert (code, "asks for confirmation" in err) == (2, True)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--matrix", "--clean"), "exclude each other"),
        (("--matrix", "--fault", "kill:after=1"), "--fault with --matrix"),
        (("--clean", "--keep", "--messages", "5"), "--messages and --keep with --clean"),
        (("--yes",), "--yes without --clean"),
        (("--fault", "none", "--fault-seed", "1"), "--fault-seed with --fault none"),
        (("--fault", "none", "--fault", "kill:after=1"), "--fault none beside other faults"),
        (("--sink", "jsonl:"), "exactly-once with a jsonl sink"),
        (("--sink", "postgresql:", "--keep"), "--keep with --sink postgresql:"),
        (("--sink", "kafka:copies", "--matrix"), "--matrix with --sink kafka:copies"),
        (("--fault", "fire"), "not a fault"),
        (("-o", "markdown"), "no such format"),
    ],
)
def test_options_that_do_nothing_are_refused_and_nothing_is_made(
    verify: Verify, options: tuple[str, ...], told: str
) -> None:
    code, _, err = verify.run(*options)
    assert (code, told in err) == (2, True), err
    assert list(verify.folder.iterdir()) == []
