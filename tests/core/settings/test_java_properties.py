"""Java's properties format, against what java.util.Properties gives for the same text."""

import pytest

from eventq.core.errors import UsageError
from eventq.core.settings.java_properties import decode, parse

TEXT = r"""
# a comment, which is never continued \
! another
plain=value
spaced   =   value with  inner blanks
colon:value
blank value
  indented = 1
key\ with\:odd\=signs = x
unicode = caf\u00e9
controls = a\tb\\c
continued = one, \
            two, \
  three
not\
joined = by an even number of backslashes\\
last = here
empty =
alone
"""


def test_comments_separators_escapes_and_continued_lines_are_read_as_java_reads_them() -> None:
    assert {entry.key: entry.value for entry in parse(TEXT, "f")} == {
        "plain": "value",
        "spaced": "value with  inner blanks",
        "colon": "value",
        "blank": "value",
        "indented": "1",
        "key with:odd=signs": "x",
        "unicode": "café",
        "controls": "a\tb\\c",
        "continued": "one, two, three",
        "notjoined": "by an even number of backslashes\\",
        "last": "here",
        "empty": "",
        "alone": "",
    }


def test_an_entry_knows_its_line_and_a_value_may_hold_separators() -> None:
    assert parse("\r\n\r\na=b=c:d", "f") == [("a", "b=c:d", 3)]
    assert parse("a=one\\\n  two\nb=2", "f")[1].line == 3


@pytest.mark.parametrize("line", ["= value", r"a = \u12", r"a = \uzzzz"])
def test_a_broken_line_is_a_usage_error_with_file_and_line(line: str) -> None:
    with pytest.raises(UsageError, match=r"client\.properties, line 2"):
        parse(f"a=1\n{line}", "client.properties")


def test_bytes_are_utf8_or_else_latin_1() -> None:
    assert decode("é".encode()) == decode("é".encode("latin-1")) == "é"
