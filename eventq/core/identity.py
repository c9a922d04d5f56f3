"""The identity of an event: the run and the worker that made it, and its place in the worker's order.

It travels in the event itself, as an id that is still a random (version 4) UUID in form, or in one header:

    productId   RUN(8 hex)-WORKER(4 hex)-4xxx-yxxx-SEQUENCE(12 hex)
    eventq      RUN.WORKER.SEQUENCE, ASCII, such as 372d8a68.0.12345

An id that nobody stamped has that form too: it is one of ours only if its run is.
"""

import re
from typing import NamedTuple

HEADER = "eventq"
MOST_WORKERS = 16**4
MOST_EVENTS = 16**12
"""Of one worker: what the id has room for; the header has room for more."""

_ID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12})")
_HEADER = re.compile(rb"([0-9a-f]{8})\.(\d{1,5})\.(\d{1,15})")


class Identity(NamedTuple):
    """`run` is eight hexadecimal digits; `sequence` counts what a worker handed over, from 0 on."""

    run: str
    worker: int
    sequence: int


def of_product_id(text: str) -> Identity | None:
    """None where the text is no such id; any letter case, as databases write ids in either."""
    found = _ID.fullmatch(text.lower())
    return None if found is None else Identity(found[1], int(found[2], 16), int(found[3], 16))


def of_header(value: bytes | None) -> Identity | None:
    """None where the header's value is of another form, which is no error: others may use the name."""
    found = _HEADER.fullmatch(value or b"")
    return None if found is None else Identity(found[1].decode(), int(found[2]), int(found[3]))


def header_values(run: str, worker: int, first: int, count: int) -> list[bytes]:
    """Of `count` events from the sequence number `first` on."""
    head = b"%b.%d." % (run.encode(), worker)
    return [head + b"%d" % sequence for sequence in range(first, first + count)]
