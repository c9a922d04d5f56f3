"""Text that anybody may have written in messages, and streams and arguments in other encodings than UTF-8."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from eventq.commands.confirm import confirm
from eventq.commands.output import redrawable, say, say_below, terminal_width
from eventq.core.errors import EventqError
from tests.in_process import eventq

FORGED = "x\neventq: all is well\x1b[2J\u202e"


def test_a_message_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"no such group: {FORGED}")
    say_below([f"try {FORGED}"])
    shown = "x\\neventq: all is well\\x1b[2J\\u202e"
    assert capsys.readouterr().err == f"eventq: no such group: {shown}\n  try {shown}\n"


def test_a_question_shows_what_it_is_about(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: "n\n", raising=False)
    with pytest.raises(EventqError):
        confirm(f"Delete group {FORGED}?", yes=False)
    assert capsys.readouterr().err == "Delete group x\\neventq: all is well\\x1b[2J\\u202e? [y/N] "


@pytest.mark.parametrize(
    "arguments",
    [
        ("lag", "-o", FORGED),
        ("lag", f"--{FORGED}"),
        (FORGED,),
        ("lag", "--assume", FORGED),
        ("lag", "-X", FORGED),
        ("consume", "--count", FORGED),
        ("topic", "create", FORGED),
        ("lag", "--debug", "-o", FORGED),
    ],
)
def test_an_error_of_usage_shows_what_was_given_and_does_nothing_with_it(arguments: tuple[str, ...]) -> None:
    done = eventq(*arguments)
    assert done.returncode == 2
    assert "\x1b[2J" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout + done.stderr
    assert not any(line.startswith("eventq: all is well") for line in done.stderr.splitlines())


def run(*arguments: str | bytes, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "eventq", *arguments]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("KAFKA_", "LC_", "LANG"))}
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env={**clean, **environment})


ASCII = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("environment", ASCII)
def test_a_stream_that_takes_only_ascii_gets_escapes(environment: dict[str, str]) -> None:
    assert run("consume", "--help", **environment).returncode == 0
    shown = run("config", "show", "--profile", "größe", **{**environment, "PYTHONIOENCODING": "ascii"})
    assert shown.returncode == 2
    assert shown.stderr.isascii()
    assert b"unexpected" not in shown.stderr


def test_a_document_on_such_a_stream_has_json_s_own_escapes_and_the_true_text() -> None:
    variables = {"KAFKA_GROUP_ID": "größe 😀", "PYTHONIOENCODING": "ascii"}
    done = run("config", "show", "-o", "json", **variables)
    assert done.stdout.isascii()
    assert "größe 😀" in {one["value"] for one in json.loads(done.stdout)["settings"]}
    text = run("config", "show", **variables)
    assert b"gr\\xf6\\xdfe \\U0001f600" in text.stdout


RAW = "caf\udce9"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("lag", "-g", RAW), "argument 3, after -g,"),
        (("lag", "--group", RAW), "argument 3, after --group,"),
        (("lag", f"--group={RAW}"), "argument 2"),
        (("lag", "-b", f"{RAW}:9092"), "argument 3, after -b,"),
        (("lag", "-X", f"client.id={RAW}"), "argument 3, after -X,"),
        (("lag", f"-Xsasl.password=letmein{RAW}"), "argument 2"),
        (("lag", "-Xsasl.password=letmein", RAW), "argument 3"),
        (("topic", "create", "t", "-c", RAW), "argument 5, after -c,"),
        (("group", "delete", RAW, "--yes"), "argument 3"),
        (("produce", "--input", RAW), "argument 3, after --input,"),
        ((RAW,), "argument 1"),
    ],
)
def test_an_argument_that_is_not_utf_8_is_refused_before_any_work(
    arguments: tuple[str, ...], named: str
) -> None:
    done = eventq(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"eventq: {named} is not UTF-8\n")
    assert "letmein" not in done.stderr


def test_a_byte_on_the_real_command_line_is_refused_too() -> None:
    done = run("lag", "-g", b"caf\xe9")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"eventq: argument 3, after -g, is not UTF-8\n")


def test_where_python_takes_only_ascii_the_way_out_is_named() -> None:
    done = run("lag", "-g", "größe", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 2
    assert b"PYTHONUTF8=1" in done.stderr


@pytest.mark.parametrize(
    "variable", ["KAFKA_GROUP_ID", "KAFKA_TOPIC", "KAFKA_BOOTSTRAP_ADDRESS", "KAFKA_BOOTSTRAP_SERVERS"]
)
def test_a_variable_that_is_not_utf_8_is_refused(variable: str) -> None:
    done = eventq("lag", **{variable: RAW})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"eventq: {variable} is not UTF-8\n")


@pytest.mark.parametrize(
    "line", ["client.id=\\udce9", "sasl.password=letmein\\ud800", "bootstrap.servers=${env:RAW}:9092"]
)
def test_a_property_of_a_file_that_is_no_text_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    config = tmp_path / "client.properties"
    config.write_text(f"# one\n{line}\n")
    done = eventq("lag", "--command-config", str(config), RAW=RAW)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"eventq: {config}:2: {line.split('=', maxsplit=1)[0]} is not UTF-8\n")
    assert "letmein" not in done.stderr


class _Terminal(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


def test_a_terminal_that_says_that_it_has_no_columns_has_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _Terminal())
    for told, taken in ((0, 80), (150, 150)):
        monkeypatch.setattr(os, "get_terminal_size", lambda _, told=told: os.terminal_size((told, told)))
        assert terminal_width() == taken


@pytest.mark.parametrize(("term", "drawn_over"), [("dumb", False), ("unknown", False), ("xterm", True)])
def test_only_a_terminal_that_can_be_drawn_over_has_live_views(
    monkeypatch: pytest.MonkeyPatch, term: str, drawn_over: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    assert redrawable(_Terminal()) is drawn_over
