"""The one writer: what stands on which stream, and in what form."""

from io import StringIO

import pytest

from eventq.commands.options import Shared
from eventq.commands.output import note, say, write, write_json, write_json_line
from eventq.commands.redaction import MASK, hide, redact

SHARED = Shared()


def test_a_result_is_on_stdout_and_a_note_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    write("a result\n")
    note(SHARED, "a note")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("a result\n", "eventq: a note\n")


def test_a_document_is_indented_and_documents_of_a_stream_have_a_line_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_json({"groups": []})
    write_json_line({"groups": []})
    write_json_line({"groups": []})
    assert capsys.readouterr().out == '{\n  "groups": []\n}\n{"groups":[]}\n{"groups":[]}\n'


def test_a_document_can_go_elsewhere_where_stdout_has_something_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = StringIO()
    write_json([1], stream)
    assert (stream.getvalue(), capsys.readouterr().out) == ("[\n  1\n]\n", "")


def test_no_note_shows_a_secret_nor_its_quoted_form(capsys: pytest.CaptureFixture[str]) -> None:
    hide(["letmein\n7", "letmein\n77", ""])
    say("tried letmein\n77")
    assert capsys.readouterr().err == f"eventq: tried {MASK}\n"
    assert redact(f"as {'letmein' + chr(10) + '7'!r}") == f"as '{MASK}'"
