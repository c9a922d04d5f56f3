r"""Text that anybody may have written, such as a group's name, made fit for each kind of output.

A character that would not be seen as itself (controls, marks of direction, spaces without width or other
than the usual one, halves of a pair) becomes its escape, as in bash's `$'…'`: `\n`, `\x1b`, `\u202e`.

| output                                     | function          |
|--------------------------------------------|-------------------|
| a line on a terminal, in a pipe, a message | `line`            |
| a name in such a line, a Prometheus label  | `name`            |
| a field of CSV, and back                   | `csv`, `from_csv` |
| a text in an SVG or HTML picture           | `name`, escaped as that format asks for |
| JSON                                       | none: it has escapes of its own, and the true text |
"""

import re

_UNSEEN_LETTERS = frozenset(
    chr(code)
    for first, last in (
        (0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800),
        (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Letters and marks by Unicode's categories, and yet nothing is drawn for them."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CHARACTERS = {escape: character for character, escape in {**_SHORT, "\\": "\\\\"}.items()}
_ESCAPE = re.compile(r"\\(?:[\\nrt]|x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4}))")

_FORMULA = tuple("=+-@＝＋－＠'")  # noqa: RUF001 - a spreadsheet takes the wide ones too
"""What a spreadsheet may take for a formula's begin, and the sign that says: this is text."""


def is_unicode(text: str) -> bool:
    """False where it was made of bytes that are no UTF-8, which Python keeps as halves of pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def line(text: str) -> str:
    """One line, each character of which is seen; once is as good as twice."""
    if text.isprintable() and (text.isascii() or _UNSEEN_LETTERS.isdisjoint(text)):
        return text
    return "".join(map(_seen, text))


def _seen(character: str) -> str:
    if character.isprintable() and character not in _UNSEEN_LETTERS:
        return character
    code = ord(character)
    if code < 0x80:  # noqa: PLR2004 - above it bash takes \x for a byte
        return _SHORT.get(character) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def name(text: str) -> str:
    """As `line`, and never the same for two texts: a backslash is doubled; what is empty is `""`."""
    if text == '""':
        return "\\x22\\x22"
    return line(text.replace("\\", "\\\\")) or '""'


def csv(text: str) -> str:
    """A field that a spreadsheet takes for text; `from_csv` gives `text` back.

    An empty text stays empty, and so looks like an unknown value.
    """
    shown = line(text.replace("\\", "\\\\"))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def from_csv(field: str) -> str:
    """The text that `csv` made `field` of."""
    return _ESCAPE.sub(_character, field.removeprefix("'"))


def _character(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2) or match.group(3)
    return _CHARACTERS[match.group()] if digits is None else chr(int(digits, 16))
