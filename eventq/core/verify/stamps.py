"""Which events of which run a column of ids, headers or values tells of.

A column of ids is read as one text: each hexadecimal digit of all ids is one slice of it.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from eventq.core.identity import Identity, of_header, of_product_id
from eventq.core.verify.runs import Runs, WorkerEvents

_ID = 36
_HEAD = 13
"""Run, hyphen and worker."""
_SEQUENCE, _WIDTH = 24, 16
_TO_ZERO = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_ZEROS = b"00000000-0000-0000-0000-000000000000"
_BINARY_ID = 16
_VALUE = re.compile(r"(?:(\d{1,10})\.)?(\d{1,12})", re.ASCII)

VALUES = "verifiable"
"""Of VerifiableProducer: the name of its run, with the prefix of its values if they have one."""


class StampKind(str, Enum):
    """Where an event carries its identity; VALUE: it is the value, as VerifiableProducer writes it."""

    ID = "id"
    HEADER = "header"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Group:
    """Some rows of a column that tell of one worker's events; `places` are those of the rows."""

    events: WorkerEvents
    sequences: Sequence[int]
    places: Sequence[int]


@dataclass(slots=True)
class Identified:
    """A column's rows: `groups` of known events, `beyond` those that no ledger reserved, and the rest."""

    groups: list[Group] = field(default_factory=list)
    beyond: list[tuple[WorkerEvents, int, int]] = field(default_factory=list)
    no_worker: list[tuple[Identity, int]] = field(default_factory=list)
    foreign: int = 0
    unstamped: int = 0


def of_value(value: str) -> Identity | None:
    """The identity of VerifiableProducer's `N` or `PREFIX.N`."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    return Identity(VALUES if found[1] is None else f"{VALUES}-{found[1]}", 0, int(found[2]))


class Stamps:
    """Reads columns for the runs of an audit, whose events all carry the same kind of stamp."""

    def __init__(self, runs: Runs, stamp: StampKind) -> None:
        self._runs, self.stamp = runs, stamp
        self._heads = {f"{e.run.name}-{e.worker:04x}": e for e in runs.workers}

    def identify(self, column: Sequence[Any]) -> Identified:
        """Of ids, headers or values as they were read: text, bytes, numbers, or None for none at all."""
        if self.stamp is StampKind.ID:
            plain = _plain(column)
            return self._by_row(column, _by_id) if plain is None else self._by_column(plain, len(column))
        return self._by_row(column, of_header if self.stamp is StampKind.HEADER else _by_value)

    def identified(self, rows: Iterable[tuple[str, int, int] | None]) -> Identified:
        """Of (run, worker, sequence) as a sink keeps them, whatever carried them; None for a row without."""
        return self._sorted(None if row is None else (f"{row[0]}-{row[1]:04x}", row[2]) for row in rows)

    def _by_column(self, plain: bytes, count: int) -> Identified:
        sequences = _sequences(plain, count)
        head = plain[:_HEAD]
        if all(plain[i::_ID] == head[i : i + 1] * count for i in range(_HEAD)):
            events = self._heads.get(head.decode())
            if events is not None:
                return _bounded(Identified(groups=[Group(events, sequences, range(count))]))
        heads = [plain[i : i + _HEAD].decode() for i in range(0, _ID * count, _ID)]
        return self._sorted(zip(heads, sequences, strict=True))

    def _by_row(self, column: Iterable[Any], identity: Callable[[Any], Identity | None]) -> Identified:
        found = [identity(value) for value in column]
        rows = (None if one is None else (f"{one.run}-{one.worker:04x}", one.sequence) for one in found)
        return self._sorted(rows)

    def _sorted(self, rows: Iterable[tuple[str, int] | None]) -> Identified:
        found = Identified()
        by_head: dict[str, tuple[list[int], list[int]]] = {head: ([], []) for head in self._heads}
        for place, row in enumerate(rows):
            if row is None:
                found.unstamped += 1
            elif (columns := by_head.get(row[0])) is not None:
                columns[0].append(row[1])
                columns[1].append(place)
            else:
                self._unknown(found, *row, place)
        found.groups = [Group(self._heads[head], *columns) for head, columns in by_head.items() if columns[0]]
        return _bounded(found)

    def _unknown(self, found: Identified, head: str, sequence: int, place: int) -> None:
        run, _, worker = head.rpartition("-")
        if run in self._runs.by_name:
            found.no_worker.append((Identity(run, int(worker, 16), sequence), place))
        else:
            found.foreign += 1


def _bounded(found: Identified) -> Identified:
    """With the events apart that are beyond what their ledger tells of."""
    for at, group in enumerate(found.groups):
        limit = len(group.events.state)
        if max(group.sequences) >= limit:
            rows = list(zip(group.sequences, group.places, strict=True))
            found.beyond += [(group.events, k, place) for k, place in rows if k >= limit]
            within = [row for row in rows if row[0] < limit]
            found.groups[at] = Group(group.events, [k for k, _ in within], [place for _, place in within])
    return found


def _plain(column: Sequence[Any]) -> bytes | None:
    """All ids as one text in lower case; None unless each of them is one in its usual form."""
    try:
        if set(map(len, column)) != {_ID}:
            return None
        text = b"".join(column) if isinstance(column[0], bytes) else "".join(column).encode("ascii")
    except (TypeError, UnicodeEncodeError):
        return None
    text, count = text.lower(), len(column)
    if len(text) != _ID * count or text.translate(_TO_ZERO) != _ZEROS * count:
        return None
    if text[14::_ID] != b"4" * count or text[19::_ID].translate(None, b"89ab"):
        return None
    return text


def _sequences(plain: bytes, count: int) -> Sequence[int]:
    digits = bytearray(b"0" * (_WIDTH * count))
    for place in range(_SEQUENCE, _ID):
        digits[place - _SEQUENCE + _WIDTH - (_ID - _SEQUENCE) :: _WIDTH] = plain[place::_ID]
    numbers = array("Q", bytes.fromhex(digits.decode()))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _text(value: Any) -> str | None:
    """An id as a database may keep it: text, sixteen bytes, a number."""
    if value is None:
        return None
    if isinstance(value, bytes):
        if len(value) == _BINARY_ID:
            digits = value.hex()
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return value.decode(errors="replace").strip()
    return str(value).strip()


def _by_id(value: Any) -> Identity | None:
    text = _text(value)
    return None if text is None else of_product_id(text)


def _by_value(value: Any) -> Identity | None:
    text = (
        None if value is None else value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    )
    return None if text is None else of_value(text.strip())


def stamps_of_ledgers(runs: Runs) -> Mapping[str, list[str]]:
    """The kinds of stamp of the runs, and the ledgers of each."""
    found: dict[str, list[str]] = {}
    for run in runs.by_name.values():
        found.setdefault(run.line.stamp, []).append(run.file)
    return found
