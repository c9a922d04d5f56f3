"""stdout or stderr that can't be written to, whatever the command: one message, or nothing to tell."""

import json
import os
import resource
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from eventq.core.produce.report import Deliveries, Offered, ProduceReport
from eventq.views.produce.report import document
from tests.all_commands import all_commands
from tests.consume_harness import eventually
from tests.lag_harness import LagHarness
from tests.verify_world import World, event_id

PATIENCE_SECONDS = 60.0
FULL = (
    "eventq: stdout can't be written to: No space left on device\n"
    "  make room there, or write to another place\n"
)
HERE = "-b {at} --client kafka-python -v"
CALLS = {
    "topic create": "topic create {new} --partitions 1 " + HERE,
    "topic list": "topic list " + HERE,
    "topic describe": "topic describe {topic} " + HERE,
    "topic alter": "topic alter {topic} -c retention.ms=-1 " + HERE,
    "topic delete": "topic delete {new} --yes " + HERE,
    "produce": "produce -t {topic} -n 5 --acks 1 " + HERE,
    "produce --workers": "produce -t {topic} -n 5 --workers 2 " + HERE,
    "produce --plan": "produce --plan --rate 5 -n 3",
    "report merge": "report merge {report}",
    "produce --transaction": "produce -t {topic} -n 5 --transaction 2 " + HERE,
    "consume": "consume -t {topic} -g {new} --until-end --count 3 --format raw " + HERE,
    "consume --events": "consume -t {topic} -g {new} --from-beginning --until-end --format raw --events "
    + HERE,
    "lag": "lag -g {group} " + HERE,
    "lag --client librdkafka": "lag -g {group} -b {at} --client librdkafka -v",
    "lag -o json": "lag -g {group} -o json " + HERE,
    "lag -o csv": "lag -g {group} -o csv " + HERE,
    "lag -o prometheus": "lag -g {group} -o prometheus " + HERE,
    "lag watch": "lag watch -g {group} --samples 1 " + HERE,
    "lag watch --replay": "lag watch --replay {recording}",
    "lag wait": "lag wait -g {group} --max-lag 1000000 " + HERE,
    "lag check": "lag check -g {group} --max-lag 1000000 " + HERE,
    "lag check --nagios": "lag check --nagios -g {group} --crit-lag 1000000 " + HERE,
    "lag advise": "lag advise -g {group} --window 500ms --interval 100ms " + HERE,
    "lag advise -o json": "lag advise -g {group} --window 500ms --interval 100ms -o json " + HERE,
    "lag plot": "lag plot {recording} --to {picture}",
    "group list": "group list " + HERE,
    "group describe": "group describe {group} " + HERE,
    "group members": "group members {group} " + HERE,
    "group delete": "group delete {new} --yes " + HERE,
    "group reset": "group reset -g {group} --to earliest " + HERE,
    "audit": "audit --ledger {ledger} --seen {seen} -v",
    "verify": "verify -n 100 --count 1 --partitions 1 --fault none " + HERE,
    "verify --clean": "verify --clean --yes " + HERE,
    "local jars": "local jars --list --dir {folder}",
    "config show": "config show " + HERE,
    "--version": "--version",
    "--help": "--help",
    "produce --help": "produce --help",
    "--show-completion": "--show-completion bash",
}
"""At least one call of each command that ends by itself, and with exit 0; `new` is a name for it alone."""

_OF_A_CLUSTER = {"local up", "local down", "local status", "local logs", "local wipe"}
"""They need a cluster of their own for half a minute, and print by the same writer."""
_WITHOUT_A_BROKER = ("config show", "--version", "--help", "--show-completion")

REPORT = ProduceReport("orders", "r1", "librdkafka", True, 0.0, 1.0, None, Offered(), Deliveries())


class Setting:
    """What the calls are about: a topic, a group with commits in it, a recording that was cut off."""

    def __init__(self, harness: LagHarness, folder: Path) -> None:
        self._harness = harness
        harness.commit(60, 40)
        self.folder, self.recording = folder, folder / "run.ndjson"
        done = harness.run("watch", "-o", "json", "--samples", "2", "--interval", "100ms")
        self.recording.write_text(done.out + done.out[:50], encoding="utf-8")
        self.picture = folder / "lag.svg"
        self.report = folder / "report.json"
        self.report.write_text(json.dumps(document(REPORT)), encoding="utf-8")
        self.ledger, self.seen = World(10).write(folder / "run.ledger"), folder / "ids"
        self.seen.write_text("".join(f"{event_id(k)}\n" for k in range(10)), encoding="utf-8")

    def words(self, call: str) -> list[str]:
        new = f"new-{uuid.uuid4().hex[:10]}"
        if call == "topic delete":
            self._harness.admin.create_topics({new: {"num_partitions": 1, "replication_factor": 1}})
            self._harness.admin.wait_for_topics([new])
        if call == "group delete":
            commit = {TopicPartition(self._harness.topic, 0): OffsetAndMetadata(1, "", -1)}
            self._harness.admin.alter_group_offsets(new, commit)
        names = {"at": self._harness.bootstrap, "topic": self._harness.topic, "group": self._harness.group}
        files = {"recording": self.recording, "picture": self.picture, "folder": self.folder}
        files |= {"report": self.report}
        files |= {"ledger": self.ledger, "seen": self.seen}
        return [word.format(new=new, **names, **files) for word in CALLS[call].split()]


@pytest.fixture(scope="module")
def setting(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    with LagHarness(bootstrap) as harness:
        yield Setting(harness, tmp_path_factory.mktemp("recordings"))


def run(
    words: list[str], stdout: int | IO[bytes], stderr: int | IO[bytes], **more: Any
) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "eventq", *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        timeout=PATIENCE_SECONDS,
        check=False,
        **more,
    )
    return done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode()


@pytest.fixture
def full() -> Iterator[IO[bytes]]:
    with Path("/dev/full").open("wb") as device:
        yield device


def test_every_command_has_a_call_here() -> None:
    without = set(all_commands()) - set(CALLS)
    assert without == {"lag export", *_OF_A_CLUSTER}  # an export ends by a signal, see below


@pytest.mark.parametrize("call", CALLS)
def test_a_full_stdout_is_told_in_one_message_with_exit_1(
    call: str, setting: Setting, full: IO[bytes]
) -> None:
    code, _, err = run(setting.words(call), full, subprocess.PIPE)
    assert code == (3 if "--nagios" in call else 1)  # a plugin's own code for what it can't tell
    assert err.endswith(FULL)
    assert err.count("No space left") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("call", CALLS)
def test_a_full_stderr_changes_neither_result_nor_exit_code(
    call: str, setting: Setting, full: IO[bytes]
) -> None:
    code, out, _ = run(setting.words(call), subprocess.PIPE, full)
    assert (code, out != "") == (0, True)


@pytest.mark.parametrize("call", ["consume", "consume --events", "produce", "lag", "--version"])
def test_where_nothing_can_be_told_there_is_the_exit_code(
    call: str, setting: Setting, full: IO[bytes]
) -> None:
    assert run(setting.words(call), full, full) == (1, "", "")


@pytest.mark.parametrize("call", ["consume", "consume --events", "produce", "lag", *_WITHOUT_A_BROKER])
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_streams_that_are_closed_from_the_start_are_nobodys(
    call: str, closed: tuple[int, ...], setting: Setting
) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    code, out, err = run(setting.words(call), subprocess.PIPE, subprocess.PIPE, preexec_fn=close)
    assert code == 0
    assert (out == "") == (1 in closed)
    assert "Traceback" not in err


@pytest.mark.parametrize("call", ["consume", "produce", "lag", "group list", *_WITHOUT_A_BROKER])
def test_a_reader_that_has_left_is_no_error(call: str, setting: Setting) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    code, _, err = run(setting.words(call), ours, subprocess.PIPE)
    os.close(ours)
    assert code == 0
    assert "written" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("call", ["consume", "produce", "lag", "group list"])
def test_nobody_who_reads_the_notes_is_no_reason_to_stop(call: str, setting: Setting) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    code, out, _ = run(setting.words(call), subprocess.PIPE, ours)
    os.close(ours)
    assert (code, out != "") == (0, True)


@pytest.mark.parametrize("call", ["lag -o json", "config show", "--version", "--help"])
def test_a_file_that_has_reached_its_limit_is_named_as_that(
    call: str, setting: Setting, tmp_path: Path
) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5))

    with (tmp_path / "out").open("wb") as out:
        code, _, err = run(setting.words(call), out, subprocess.PIPE, preexec_fn=limit)
    assert code == 1
    assert "stdout can't be written to: File too large\n  raise the limit" in err


def test_an_error_of_the_command_is_told_beside_the_output_that_failed_and_its_code_counts(
    setting: Setting, full: IO[bytes]
) -> None:
    late = [*setting.words("produce"), "--rate", "5", "--max-slip", "0ms"]
    code, _, err = run(late, full, subprocess.PIPE)
    assert code == 3
    assert "is above --max-slip" in err
    assert err.endswith(FULL)


def test_a_wrong_call_keeps_its_code_where_it_can_not_be_told(full: IO[bytes]) -> None:
    for words in (["lag", "--nonsense"], ["lag", "-o", "xml"], ["nonsense"]):
        assert run(words, subprocess.PIPE, full) == (2, "", "")


def test_an_exporter_that_can_not_tell_serves_all_the_same(setting: Setting, full: IO[bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    words = ["lag", "export", "--port", str(port), *setting.words("topic list")[2:]]
    process = subprocess.Popen([sys.executable, "-m", "eventq", *words], stdout=full, stderr=full)
    try:
        eventually(lambda: "eventq_up 1.0" in scrape(port), "a sample is served")
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 143
    finally:
        process.kill()
        process.wait()


def scrape(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
    except OSError:
        return ""
    return text
