r"""The lines of a ledger: JSON behind its checksum, `CRC32 SPACE JSON LF`, each written whole or not at all.

    {"t":"run","v":1,"run":"372d8a68","worker":0,"workers":2,"topic":"orders","topic_id":"…","acks":"all", …}
    {"t":"offer","to":50000}                                  before any event below 50000 is handed over
    {"t":"ack","k":[[0,999],[1500,1999]],"p":{"0":[0,512,513]}}        partition: first and last offset, count
    {"t":"fail","k":[[1200,1200]],"why":"MESSAGE_TOO_LARGE"}       also "unknown" and "abort"
    {"t":"end","offered":10000,"acked":9990,"failed":1,"unknown":9,"aborted":0,"dropped":0,"complete":true}

A line that is missing at the end only makes the fate of events unknown: what is left is still true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias
from zlib import crc32

VERSION = 1
DROPPED = "DROPPED"
"""The reason of events that fail because a queue was full: they were never handed over."""
_CHECKSUM = 8

Spans: TypeAlias = Sequence[tuple[int, int]]
"""Sequence numbers from the first to the last of each, both included; in order and apart from each other."""


class Fate(Enum):
    """What a producer knows of an event that it has offered; `value` is the line's type.

    FAILED: refused for certain before it could be written. ABORTED: in a transaction that was aborted.
    UNKNOWN: it may be in the log or not.
    """

    ACKED = "ack"
    FAILED = "fail"
    UNKNOWN = "unknown"
    ABORTED = "abort"


@dataclass(frozen=True, slots=True)
class RunLine:
    """The first line of a worker's ledger. `topic_id` and `cluster` None: not known. `at` is RFC 3339."""

    run: str
    worker: int
    workers: int
    topic: str
    topic_id: str | None
    cluster: str | None
    acks: str
    idempotent: bool
    stamp: str
    seed: int | None
    at: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """No event from `to` on has been handed over yet."""

    to: int


@dataclass(frozen=True, slots=True)
class SettledLine:
    """`offsets` of acknowledged events: partition -> (first offset, last offset, how many)."""

    fate: Fate
    spans: Spans
    why: str | None = None
    offsets: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndLine:
    """`complete`: everything was settled, nothing was given up."""

    offered: int
    acked: int
    failed: int
    unknown: int
    aborted: int
    dropped: int
    complete: bool


Line: TypeAlias = RunLine | OfferLine | SettledLine | EndLine

_TYPES: dict[str, type[RunLine | OfferLine | EndLine]] = {"run": RunLine, "offer": OfferLine, "end": EndLine}
_NAMES = {kind: name for name, kind in _TYPES.items()}


class UnreadableLine(ValueError):
    """It is cut off or was altered."""


class UnknownVersion(Exception):
    """It is whole, and of a version that this one can't read."""


def encoded(line: Line) -> bytes:
    """The line with its end."""
    import json  # by who keeps a ledger only: every run of produce loads this module

    text = json.dumps(_fields(line), separators=(",", ":")).encode()
    return b"%08x %b\n" % (crc32(text), text)


def _fields(line: Line) -> dict[str, Any]:
    if isinstance(line, SettledLine):
        fields: dict[str, Any] = {"t": line.fate.value, "k": line.spans}
        if line.why is not None:
            fields["why"] = line.why
        if line.offsets:
            fields["p"] = line.offsets
        return fields
    version = {"v": VERSION} if isinstance(line, RunLine) else {}
    named = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return {"t": _NAMES[type(line)], **version, **named}


def decoded(text: bytes) -> Line:
    """Of a line with its end. UnreadableLine where that is missing or the checksum is another; UnknownVersion
    for a run of another version.
    """
    checksum, body = text[:_CHECKSUM], text[_CHECKSUM + 1 : -1]
    if text[-1:] != b"\n" or text[_CHECKSUM : _CHECKSUM + 1] != b" " or checksum != b"%08x" % crc32(body):
        raise UnreadableLine("cut off or altered")
    import json

    try:
        return _line(json.loads(body))
    except (ValueError, LookupError, TypeError) as error:
        raise UnreadableLine(f"no line of a ledger: {error}") from error


def _line(fields: dict[str, Any]) -> Line:
    kind = fields.pop("t")
    if kind == "run" and fields.pop("v") != VERSION:
        raise UnknownVersion(f"this eventq reads version {VERSION}")
    if kind in _TYPES:
        return _TYPES[kind](**fields)
    spans = [(int(first), int(last)) for first, last in fields["k"]]
    offsets = {
        int(partition): (int(a), int(b), int(n)) for partition, (a, b, n) in fields.get("p", {}).items()
    }
    return SettledLine(Fate(kind), spans, fields.get("why"), offsets)
