"""Start-up is a feature: what a call does not need is not imported."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from eventq.cli import COMMANDS

CLIENTS = {"kafka", "confluent_kafka", "orjson"}


def python(code: str, *, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(path)} if path else None
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)


def modules(*arguments: str) -> set[str]:
    """The modules that such a call has loaded at its end."""
    done = python(
        "import atexit, sys\n"
        "from eventq.__main__ import main\n"
        "atexit.register(lambda: sys.stderr.write('\\n'.join(sys.modules)))\n"
        f"sys.argv[1:] = {list(arguments)}\n"
        "main()"
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines())


def imported(*arguments: str) -> set[str]:
    """The top-level packages that such a call loads."""
    return {name.split(".")[0] for name in modules(*arguments)}


def test_the_version_loads_nothing_but_itself() -> None:
    assert not imported("--version") & {
        *CLIENTS,
        "typer",
        "rich",
        "pydantic",
        "logging",
        "importlib.metadata",
    }


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_loads_no_client(command: list[str]) -> None:
    assert not imported(*command, "--help") & {*CLIENTS, "pydantic", "multiprocessing", "ssl"}


def test_a_subcommand_is_loaded_without_its_siblings() -> None:
    loaded = modules("group", "reset", "--help")
    assert "eventq.commands.group.reset" in loaded
    assert not loaded & {
        "eventq.commands.lag.lag",
        "eventq.commands.topic.topic",
        "eventq.commands.produce.produce",
    }
    assert {name for name in modules("lag", "plot", "--help") if name.startswith("eventq.commands.lag.")} == {
        "eventq.commands.lag.lag",
        "eventq.commands.lag.options",
        "eventq.commands.lag.plot",
    }


def test_a_name_that_is_close_to_a_command_that_is_not_loaded_yet_is_told() -> None:
    for words, meant in (["lga"], "lag"), (["lag", "wach"], "watch"), (["group", "rest"], "reset"):
        done = python(f"import sys; from eventq.__main__ import main; sys.argv[1:] = {words}; main()")
        assert done.returncode == 2
        assert f"Did you mean '{meant}'?" in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("KeyboardInterrupt", 130),
        ("RuntimeError('set_name') from KeyboardInterrupt()", 130),
        ("RuntimeError('set_name') from Stopped(ExitCode.SIGTERM)", 143),
    ],
)
def test_a_signal_while_a_command_loads_ends_it_without_a_traceback(
    tmp_path: Path, error: str, code: int
) -> None:
    (tmp_path / "kafka.py").write_text(f"from eventq.core.errors import ExitCode, Stopped\nraise {error}\n")
    done = python(
        "import sys; from eventq.__main__ import main\n"
        "sys.argv[1:] = ['lag', '--client', 'kafka-python']; main()",
        path=tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    done = python("from eventq.__main__ import main; main()", path=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_end_runs_exit_functions_and_flushes_but_waits_for_no_thread_of_a_client() -> None:
    done = python(
        "import atexit, sys, threading\n"
        "from eventq.__main__ import main\n"
        "atexit.register(sys.stdout.write, 'an exit function')\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "sys.argv[1:] = ['lag', '--nonsense']\n"
        "main()"
    )
    assert (done.returncode, done.stdout) == (2, "an exit function")


def test_produce_to_a_topic_that_is_there_loads_one_client_and_no_processes(bootstrap: str) -> None:
    topic = f"start-up-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([topic])
    admin.close()
    produce = "produce", "-b", bootstrap, "-t", topic, "-n", "1", "-q", "--client", "librdkafka"
    packages = {name.split(".")[0] for name in modules(*produce, "--partitions", "2")}
    assert not packages & {"kafka", "pydantic", "rich", "multiprocessing"}


@pytest.fixture(scope="module")
def group(bootstrap: str) -> str:
    """One that has committed in the topic of its name, as has `…-2`."""
    name = f"start-up-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
    admin.wait_for_topics([name])
    for each in (name, f"{name}-2"):
        admin.alter_group_offsets(each, {TopicPartition(name, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    return name


@pytest.mark.parametrize(
    ("client", "others"),
    [
        ("kafka-python", {"confluent_kafka"}),
        ("librdkafka", {"kafka", "confluent_kafka"}),  # it runs in a process of its own
        ("auto", {"kafka", "confluent_kafka"}),
    ],
)
def test_lag_loads_one_client_and_nothing_for_another_format(
    bootstrap: str, group: str, client: str, others: set[str]
) -> None:
    loaded = modules("lag", "-b", bootstrap, "-g", group, "--client", client)
    assert not {name for name in loaded if name.startswith("eventq.commands.lag.")} - {
        "eventq.commands.lag.lag",
        "eventq.commands.lag.options",
    }
    assert not {name.split(".")[0] for name in loaded} & {
        *others,
        "pydantic",
        "orjson",
        "rich",
        "multiprocessing",
        "tomllib",
    }


def test_auto_asks_about_one_group_once_over_librdkafka_and_all_else_over_kafka_python(
    bootstrap: str, group: str
) -> None:
    once = "lag -g G", "lag -g G -o csv", "lag check -g G --max-lag 9", "group describe G", "group members G"
    else_ = (
        "lag -g G --time-lag",
        "lag check -g G --max-lag 9 --max-time-lag 9s",
        "lag -g G -g G-2",
        "lag watch -g G --samples 1",
        "lag wait -g G",
        "group reset -g G --to earliest",
    )
    for words in (*once, *else_):
        said = modules(*words.replace("G", group).split(), "-v", "-b", bootstrap)
        client = "librdkafka" if words in once else "kafka-python"
        assert f"eventq: reads from Kafka with {client}" in said, words
        assert ("kafka" in said) == (words in else_), words


@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_stream_that_is_closed_from_the_start_is_a_closed_one(stream: str) -> None:
    run = subprocess.run(
        ["bash", "-c", f'"$0" -m eventq config show {stream}>&-', sys.executable],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
