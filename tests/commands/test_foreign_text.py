"""Messages on stderr about text that anybody may have written, and streams that can't take every letter."""

import pytest

from eventq.commands.confirm import confirm
from eventq.commands.output import say, say_below
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
