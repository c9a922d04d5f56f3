"""Java's `.properties` text: comments, separators, escapes and continued lines, as Java reads them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from eventq.core.errors import UsageError

_KEY = re.compile(r"(?:\\.|[^\\=:\s])*")
_SEPARATOR = re.compile(r"[ \t\f]*[=:]?[ \t\f]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_BLANKS = " \t\f"


class Entry(NamedTuple):
    """`line` is where it begins, from 1."""

    key: str
    value: str
    line: int


def parse(text: str, origin: str) -> list[Entry]:
    """All entries in order; UsageError names `origin` and the line of a broken one."""
    return [_entry(line, number, origin) for number, line in _logical_lines(text)]


def decode(raw: bytes) -> str:
    """UTF-8 where it is that, else Latin-1, in which every byte is a character."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    lines = iter(enumerate(re.split(r"\r\n|\r|\n", text), 1))
    for number, natural in lines:
        line = natural.lstrip(_BLANKS)
        if not line or line[0] in "#!":
            continue
        while _CONTINUED.search(line):
            line = line[:-1] + next(lines, (0, ""))[1].lstrip(_BLANKS)
        yield number, line


def _entry(line: str, number: int, origin: str) -> Entry:
    key = _KEY.match(line).group(0)  # type: ignore[union-attr] # it matches the empty text too
    value = line[_SEPARATOR.match(line, len(key)).end() :]  # type: ignore[union-attr] # the same
    where = f"{origin}, line {number}"
    if not key:
        raise UsageError(f"{where}: no name before the separator", hint="write name=value")
    return Entry(_unescaped(key, where), _unescaped(value, where), number)


def _unescaped(text: str, where: str) -> str:
    def character(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape == "u":
            raise UsageError(f"{where}: \\u needs four hexadecimal digits", hint="write \\\\ for a backslash")
        return _CONTROLS.get(escape, escape)

    return _ESCAPE.sub(character, text)
