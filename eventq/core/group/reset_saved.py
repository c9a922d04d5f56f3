"""A saved plan read back: `group reset -o csv` and `lag -o csv` write it, `group reset --from-csv` obeys it.

It moves commits, so it is taken whole or not at all: spreadsheets, editors and broken copies leave files that
look alike and say something else. Whatever could have another meaning is refused, with its line.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import NamedTuple

from eventq.core import safe_text
from eventq.core.errors import UsageError
from eventq.core.kafka import TopicPartition, check_names
from eventq.core.parse import whole

_NEEDED = ("topic", "partition", "committed")
_KNOWN = frozenset(
    "group topic partition log_start end committed action target change lag note error retained lost status"
    " client_id host time_lag_seconds verdict".split()
)
"""The columns of both commands: any other is a name that something has altered."""
_HINT = "save it with eventq group reset -o csv or eventq lag -o csv, and leave it as it is"
_MOST_PARTITION = 2**31 - 1
_LINE_END = re.compile(r"\r\n|\n|\r")


class _Row(NamedTuple):
    line: int
    fields: Mapping[str, str]


class SavedPlan:
    """`name` is the file's, for messages; `text` its content with the line ends as they are."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._rows = list(self._read(text))

    def offsets(self, group: str) -> dict[TopicPartition, int | None]:
        """What the group's rows say was committed; None where there was no commit."""
        found: dict[TopicPartition, int | None] = {}
        lines: dict[TopicPartition, int] = {}
        for row in self._rows:
            if not self._is_of(row, group):
                continue
            key = self._key(row)
            if key in lines:
                raise self._wrong(row.line, f"{key.topic}:{key.partition} stands in line {lines[key]} too")
            lines[key] = row.line
            found[key] = self._committed(row)
        if not found:
            others = sorted({row.fields["group"] for row in self._rows if "group" in row.fields})
            there = f"it has {', '.join(map(safe_text.name, others))}" if others else "it has no rows"
            raise UsageError(f"{self._name} has nothing of group {safe_text.name(group)}", hint=there)
        return found

    def _read(self, text: str) -> Iterator[_Row]:
        if "\0" in text:
            raise self._wrong(_line_of(text, "\0"), "a NUL byte")
        lines = csv.reader(StringIO(_LINE_END.sub("\n", text)), strict=True)
        try:
            header = next(lines, [])
            self._check_header(header)
            for fields in lines:
                if fields:
                    yield _Row(lines.line_num, self._row(header, fields, lines.line_num))
        except csv.Error as error:
            raise self._wrong(lines.line_num, str(error)) from error
        if not text.endswith(("\n", "\r")):
            raise self._wrong(lines.line_num, "the last line has no end: the file may have been cut")

    def _check_header(self, header: Sequence[str]) -> None:
        if missing := [name for name in _NEEDED if name not in header]:
            raise UsageError(f"{self._name} has no column {', '.join(missing)}", hint=_separator_hint(header))
        for name in header:
            if name not in _KNOWN:
                raise self._wrong(1, f"a column that a saved plan does not have: {name!r:.80}")
            if header.count(name) > 1:
                raise self._wrong(1, f"the column {name} stands there twice")

    def _row(self, header: Sequence[str], fields: Sequence[str], line: int) -> Mapping[str, str]:
        if list(fields) == list(header):
            raise self._wrong(line, "the header again: are these two files in one?")
        if len(fields) != len(header):
            raise self._wrong(line, f"{len(fields)} fields, where the header has {len(header)}")
        return dict(zip(header, map(safe_text.from_csv, fields), strict=True))

    def _is_of(self, row: _Row, group: str) -> bool:
        said = row.fields.get("group", group)
        if said != group and said.strip().casefold() in {"", group.strip().casefold()}:
            raise self._wrong(row.line, f"the group {said!r} is nearly {group!r}")
        return said == group

    def _key(self, row: _Row) -> TopicPartition:
        try:
            (topic,) = check_names([row.fields["topic"]])
        except UsageError as error:
            raise self._wrong(row.line, str(error)) from error
        partition = whole(row.fields["partition"])
        if partition is None or partition > _MOST_PARTITION:
            raise self._wrong(row.line, f"not a partition: {row.fields['partition']!r:.80}")
        return TopicPartition(topic, partition)

    def _committed(self, row: _Row) -> int | None:
        text = row.fields["committed"]
        if not text:
            if row.fields.get("error") or row.fields.get("status", "no-commit") != "no-commit":
                raise self._wrong(row.line, "no committed offset, though not because there was no commit")
            return None
        offset = whole(text)
        if offset is None:
            raise self._wrong(row.line, f"not an offset: {text!r:.80}")
        return offset

    def _wrong(self, line: int, what: str) -> UsageError:
        return UsageError(f"{self._name}, line {line}: {what}", hint=_HINT)


def decode(raw: bytes, name: str) -> str:
    """The text of a saved file: UTF-8, with or without a byte order mark; UsageError for anything else."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{name} is UTF-16 text, not UTF-8", hint=_HINT)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{name}, line {line}: not UTF-8", hint=_HINT) from error


def _separator_hint(header: Sequence[str]) -> str:
    if len(header) == 1 and (found := re.search(r"[;\t|]", header[0])):
        what = {";": "semicolons", "\t": "tabs", "|": "bars"}[found[0]]
        return f"its fields are separated by {what}, not by commas; {_HINT}"
    return _HINT


def _line_of(text: str, part: str) -> int:
    return len(_LINE_END.findall(text[: text.index(part)])) + 1
