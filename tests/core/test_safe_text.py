"""Foreign text: nothing in it acts on a terminal, and two different names never look the same."""

import csv
import unicodedata
from collections.abc import Callable
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventq.core import safe_text

ANY = st.text(st.characters())
HOSTILE = st.text(
    st.sampled_from("a\\nrtxuU0109b'\"=+-@\t\r\n\x00\x07\x1b\x7f\x85\x9b\u200b\u202e\ufe0f,|\ud800")
)
"""Much that could be taken for something else, so that pairs which look alike are found."""


@pytest.mark.parametrize("safe", [safe_text.line, safe_text.name, safe_text.csv])
@given(text=ANY | HOSTILE)
@example(text="nl\nfoo 99")
@example(text="\x1b]0;title\x07")
def test_what_is_shown_is_one_line_of_visible_characters(safe: Callable[[str], str], text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(ANY | HOSTILE)
def test_a_line_that_was_made_safe_is_left_alone(text: str) -> None:
    assert safe_text.line(safe_text.line(text)) == safe_text.line(text)
    assert safe_text.line(safe_text.name(text)) == safe_text.name(text)


@given(HOSTILE, HOSTILE)
@example("", '""')
@example('""', "\\x22\\x22")
@example("\x1b", "\\x1b")
@example("\\" + "\x1b", "\\\\x1b")
def test_two_different_names_never_look_the_same(one: str, other: str) -> None:
    assert (safe_text.name(one) == safe_text.name(other)) == (one == other)
    assert (safe_text.csv(one) == safe_text.csv(other)) == (one == other)


@given(st.text(st.characters(categories=("Ll", "Lu", "Nd"), codec="latin-1"), min_size=1))
def test_a_name_of_letters_and_digits_is_shown_as_it_is(text: str) -> None:
    assert safe_text.name(text) == safe_text.csv(text) == text


@given(ANY | HOSTILE)
def test_a_field_of_csv_gives_its_text_back_also_after_a_writer_and_a_reader_of_csv(text: str) -> None:
    out = StringIO()
    csv.writer(out).writerow([safe_text.csv(text), "end"])
    ((field, end),) = csv.reader(StringIO(out.getvalue()))
    assert (safe_text.from_csv(field), end) == (text, "end")


@pytest.mark.parametrize("text", ["\\Uffffffff", "\\x", "\\u12", "\\e", "\\"])
def test_a_field_with_what_is_no_escape_is_taken_as_it_is(text: str) -> None:
    assert safe_text.from_csv(text) == text


@pytest.mark.parametrize("first", [*"=+-@＝＋－＠", "\t", "\r", "\n"])  # noqa: RUF001
def test_a_spreadsheet_takes_no_field_for_a_formula(first: str) -> None:
    assert safe_text.csv(f"{first}cmd|' /C calc'!A0")[0] in "'\\"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nl\nfoo 99", "nl\\nfoo 99"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("DOMAIN\\user", "DOMAIN\\\\user"),
        ("a\u202eb", "a\\u202eb"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("non\u00a0breaking", "non\\u00a0breaking"),
        ("\x85\x9b", "\\u0085\\u009b"),
        ("caf\udce9", "caf\\udce9"),
        ("\U000e0041", "\\U000e0041"),
        ("größe 注文 ☕", "größe 注文 ☕"),
        ("team[prod] :warning: [/]", "team[prod] :warning: [/]"),
        ("", '""'),
    ],
)
def test_names_are_shown_as_bash_would_take_them(text: str, shown: str) -> None:
    assert safe_text.name(text) == shown


def test_nothing_of_unicodes_controls_marks_of_direction_and_separators_is_shown_raw() -> None:
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
    raw = [
        c for c in map(chr, range(0x110000)) if unicodedata.category(c) in unseen and safe_text.line(c) == c
    ]
    assert raw == [" "]
