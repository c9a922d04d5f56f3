"""No input of a user ends in "unexpected": every option of every command, and every text that is parsed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kafka.errors import KafkaConnectionError

from eventq import cli
from eventq.broker import connection
from eventq.commands.produce.feeds import opened_feed
from eventq.core.consume.work import parse_work
from eventq.core.errors import UsageError
from eventq.core.group.reset_parse import parse_target, parse_topics
from eventq.core.lag.labels import parse_labels
from eventq.core.lag.otlp import otlp_target
from eventq.core.lag.recording import read
from eventq.core.produce.keys import parse_key
from eventq.core.produce.shard import parse_shard
from eventq.core.produce.stages import parse_stages
from eventq.core.settings import java_properties
from eventq.core.settings.properties import accepted, canonical
from eventq.core.settings.property_table import PROPERTIES
from eventq.core.settings.references import expand
from eventq.core.settings.settings import Setting
from tests.in_process import Done, eventq
from tests.verify_world import World

NOWHERE = ("-b", "127.0.0.1:1", "--connect-timeout", "1ms", "--client", "kafka-python")
"""Nothing listens there: a call that means something ends with exit 1."""

CALLS: dict[str, tuple[str, ...]] = {
    "topic create": ("t",),
    "topic describe": ("t",),
    "topic alter": ("t", "--partitions", "3"),
    "topic delete": ("t", "--yes"),
    "consume": ("-n", "1"),
    "lag watch": ("--samples", "1"),
    "lag wait": ("-g", "g", "--timeout", "1ms"),
    "lag check": ("-g", "g", "--max-lag", "5"),
    "lag advise": ("-g", "g", "--window", "2ms", "--interval", "1ms"),
    "lag plot": ("no-such-file", "--to", "no-such-folder/x.svg"),
    "group describe": ("g",),
    "group members": ("g",),
    "group delete": ("g", "--yes"),
    "group reset": ("-g", "g", "--to", "earliest"),
    "report merge": ("no-such-file",),
    "audit": ("--ledger", "run.ledger", "-t", "orders"),
    "verify": ("-n", "100"),
    "local up": ("--java", "no-such-program"),
    "local wipe": ("--yes",),
    "local jars": ("--list",),
}
"""What a command needs so that a call with one option more can mean something."""

WITHOUT_KAFKA = {"lag plot", "report merge"}

VALUES = (
    *("", " ", "--", "x", "é", "-1", "0", "1", "007", "1e309", "nan", "inf", "1e999999999"),
    *(str(2**31), str(2**63), str(2**64), "9" * 400, "9" * 5000, "٣", "²"),
    *("99999999999h", "36500d", "1ns", "P1D", "duration:P99999999999999999999D", "@", "@" + "9" * 30),
    *("[", "a[0]", "(?P<", "*" * 500, "a=b", "=", "a:b:c", "::1", "[::1", "http://a:b@c/d", "~nobody/x", "/"),
    *("customer:" + "9" * 400, "zipf:9:nan", "zipf:1e9:1", "exp:99999d", "uniform:1ms..36500d"),
)


class Command:
    def __init__(self, name: str, command: Any) -> None:
        self.name = name
        shared = {"bootstrap_server", "connect_timeout", "client", "debug"}
        if name not in {"config show", "lag check"}:
            shared |= {"properties", "command_config", "profile", "output", "verbose", "quiet"}
        self.options = [
            param
            for param in command.params
            if param.param_type_name == "option"
            and not (param.is_flag or param.name in shared or hasattr(param.type, "choices"))
        ]

    def run(self, *arguments: str) -> Done:
        given = () if self.name in WITHOUT_KAFKA or self.name.startswith("local ") else NOWHERE
        return eventq(*self.name.split(), *CALLS.get(self.name, ()), *given, *arguments)


@cache
def commands() -> dict[str, Command]:
    found: dict[str, Command] = {}

    def walk(command: Any, path: tuple[str, ...]) -> None:
        if hasattr(command, "list_commands"):
            context = typer.Context(command)
            for name in command.list_commands(context):
                walk(command.get_command(context, name), (*path, name))
        else:
            found[" ".join(path)] = Command(" ".join(path), command)

    walk(typer.main.get_command(cli.application()), ())
    return found


NAMES = sorted(set(commands()) - {"lag export"})
"""The exporter serves without a broker too; its options are read by what the others have."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    World(0).write(tmp_path / "run.ledger")
    monkeypatch.setenv("EVENTQ_LOCAL_DATA", str(tmp_path / "data"))
    app = cli.application()
    with patch.object(cli, "application", lambda: app):
        yield


@contextmanager
def no_sockets() -> Iterator[None]:
    """A client that reached nobody keeps its sockets until the process ends: here is one without any."""
    with patch.object(connection, "KafkaAdminClient", side_effect=KafkaConnectionError("refused")):
        yield


def wrong(done: Done, value: str) -> bool:
    """A message may quote what was given, and says no more than that in a screen."""
    answered = done.returncode in {0, 1, 2, 3, 4, 124} and len(done.stderr) < 2000 + 2 * len(value)
    return not answered or "report what it prints" in done.stderr or "Traceback" in done.stderr


OF_KAFKA = sorted(
    name for name in set(NAMES) - {"config show", *WITHOUT_KAFKA} if not name.startswith("local ")
)


@pytest.mark.parametrize("name", OF_KAFKA)
def test_a_port_where_nothing_listens_is_told_in_one_message(name: str) -> None:
    done = commands()[name].run()
    assert (done.returncode, "no broker answered at 127.0.0.1:1" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", NAMES)
def test_any_value_of_any_option_has_an_answer(name: str) -> None:
    command = commands()[name]
    calls = [(option.opts[-1], value) for option in command.options for value in VALUES]
    with no_sockets():
        done = [(option, value, command.run(f"{option}={value}")) for option, value in calls]
    assert [(option, value, one.stderr) for option, value, one in done if wrong(one, value)] == []


def properties(text: str) -> None:
    for entry in java_properties.parse(text, "f"):
        for name, value in canonical({entry.key: entry.value}).items():
            accepted({name: Setting(name, value, "f")})


def no_file(_path: str) -> bytes:
    raise OSError(2, "no such file")


PARSERS: dict[str, Callable[[str], object]] = {
    "work": parse_work,
    "key": parse_key,
    "stage": lambda text: parse_stages([text]),
    "shard": lambda text: parse_shard(text, text),
    "target": lambda text: parse_target(text, 1e9),
    "topics": lambda text: parse_topics([text]),
    "properties": properties,
    "references": lambda text: expand(text, {}, no_file),
    "labels": lambda text: parse_labels([text]),
    "otlp": lambda text: otlp_target(text, {}),
    "recording": lambda text: list(read([text.encode(errors="replace")])),
}
PARTS = (
    *(
        "customer:",
        "zipf:",
        "exp:",
        "uniform:",
        "..",
        "duration:",
        "P",
        "T",
        "D",
        "S",
        "h",
        "1",
        "é",
        "9" * 30,
    ),
    *("${", "env:", "file:", "}", "\\u", "\\", "=", "\n", "@", "+", "-", ":", ",", ".", '"'),
    *('{"at":', '{"groups":[', *sorted(PROPERTIES)),
)
TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PARTS), max_size=8).map("".join)


@pytest.mark.parametrize("parser", PARSERS)
@given(text=TEXTS)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused_as_a_usage_error(parser: str, text: str) -> None:
    with suppress(UsageError):
        PARSERS[parser](text)


@given(content=st.binary(max_size=60) | TEXTS.map(lambda text: text.encode(errors="replace")))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_of_settings_has_an_answer(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "eventq"
    folder.mkdir(exist_ok=True)
    for name in ("client.properties", "config.toml"):
        (folder / name).write_bytes(content)
    java = eventq("config", "show", "--command-config", str(folder / "client.properties"))
    profile = eventq("config", "show", "--profile", "x", XDG_CONFIG_HOME=str(tmp_path))
    assert not wrong(java, content.decode("latin-1"))
    assert not wrong(profile, content.decode("latin-1"))


@pytest.mark.parametrize(
    "content", ["profiles = 5", "profiles.x = 5", "[profiles.x]\na = 1979-05-27", "a = " + "[" * 5000]
)
def test_a_profile_file_of_any_shape_has_an_answer(tmp_path: Path, content: str) -> None:
    (tmp_path / "eventq").mkdir()
    (tmp_path / "eventq" / "config.toml").write_text(content)
    done = eventq("config", "show", "--profile", "x", XDG_CONFIG_HOME=str(tmp_path))
    assert (done.returncode, wrong(done, content)) == (2, False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--profile", "x"), "no home folder"),
        (("-X", "sasl.password=${file:~/x}"), "${file:~/x} can't be read"),
        (("-X", "sasl.password=${file:~nobody-at-all/x}"), "can't be read"),
        (("-X", "sasl.password=${file:a\0b}"), "can't be read"),
    ],
)
def test_a_user_without_a_home_is_told_so(arguments: tuple[str, str], told: str) -> None:
    with (
        patch("pathlib.Path.home", side_effect=RuntimeError("Could not determine home directory.")),
        patch("os.path.expanduser", side_effect=lambda path: path),
    ):
        done = eventq("config", "show", *arguments, XDG_CONFIG_HOME="")
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_standard_input_that_is_closed_is_told_so() -> None:
    plan: Any = SimpleNamespace(input="-")
    with (
        patch("sys.stdin", None),
        pytest.raises(UsageError, match="standard input is closed"),
        opened_feed(plan),
    ):
        pass
