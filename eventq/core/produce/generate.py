"""Purchase events made up in blocks, each from the seed and its own number alone.

So event n is the same whatever the client, the number of workers or the time at which it is made, and a block
costs one draw of randomness and one pass per column instead of a dozen calls an event. A block is written as
fixed-width rows into one buffer: every hexadecimal digit of an id and every digit of a price is a column.
"""

import re
import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

BLOCK = 1000
"""Events in a block; part of what a seed means."""

_WHOLE = range(BLOCK)

_HEAD = b'{"productId":"'
_MIDDLE = b'","price":'
_TAIL = b',"purchasedAt":'
_ROW = _HEAD + b"-" * 36 + _MIDDLE + b"----.---" + _TAIL
_ID = len(_HEAD)
_ID_END = _ID + 36
_PRICE = _ID_END + len(_MIDDLE)
_PRICE_END = _PRICE + 8
_HEX = [_ID + i for i in range(36) if i not in {8, 13, 18, 23}]
_DIGITS = [_PRICE + i for i in range(8) if i != 4]  # noqa: PLR2004 - the decimal point
_VERSION, _VARIANT, _SEQUENCE = 12, 16, 20
_SEQUENCE_WIDTH = 16
"""Digits of a sequence number in 64 bits, of which an id has room for the last 12."""
_EIGHT_TO_B = bytes.maketrans(b"0123456789abcdef", b"89ab" * 4)
_DECIMAL = bytes(byte % 10 + ord("0") for byte in range(256))
_UNEVEN = bytes(range(250, 256))  # without these the last digits of bytes are evenly spread


@dataclass(frozen=True, slots=True)
class IdStamp:
    """Makes ids tell whose event it is (core/identity.py); what is left of them is still random."""

    run: str
    worker: int
    sequences: Sequence[int]
    """Of the events that are written, in their order."""


def bodies(
    seed: int, block: int, places: range = _WHOLE, tail: bytes = b"", stamp: IdStamp | None = None
) -> list[bytes]:
    """The block's events up to the time, `{"productId":"…","price":…,"purchasedAt":`, and the same `tail`.

    Only those at `places`, from a start in steps to the block's end; the others are not written at all.
    Ids are valid random (version 4) UUIDs, prices even over [0, 10000) in thousandths.
    """
    random, count, width = Random(f"{seed}/{block}"), len(places), len(_ROW) + len(tail)
    rows = bytearray((_ROW + tail) * count)
    ids = random.randbytes(16 * BLOCK).hex().encode()
    for place in range(len(_HEX)) if stamp is None else range(_VERSION, _SEQUENCE):
        rows[_HEX[place] :: width] = _column(ids, place, len(_HEX), places)
    if stamp is not None:
        _write(stamp, rows, width)
    rows[_HEX[_VERSION] :: width] = b"4" * count
    rows[_HEX[_VARIANT] :: width] = _column(ids, _VARIANT, len(_HEX), places).translate(_EIGHT_TO_B)
    prices = _decimals(random, len(_DIGITS) * BLOCK)
    for place, at in enumerate(_DIGITS):
        rows[at::width] = _column(prices, place, len(_DIGITS), places)
    made = list(struct.unpack(f"{width}s" * count, rows))
    for i in _zeros(_column(prices, 0, len(_DIGITS), places)):
        made[i] = _without_zeros(made[i])
    return made


def _write(stamp: IdStamp, rows: bytearray, width: int) -> None:
    count = len(stamp.sequences)
    for at, digit in zip(_HEX, f"{stamp.run}{stamp.worker:04x}", strict=False):
        rows[at::width] = digit.encode() * count
    numbers = array("Q", stamp.sequences)
    if sys.byteorder == "little":
        numbers.byteswap()
    digits = numbers.tobytes().hex().encode()
    first = _SEQUENCE_WIDTH - (len(_HEX) - _SEQUENCE)
    for place, at in enumerate(_HEX[_SEQUENCE:], first):
        rows[at::width] = digits[place::_SEQUENCE_WIDTH]


def _column(texts: bytes, place: int, width: int, places: range) -> bytes:
    """The character at `place` of each of those texts of `width` characters that are at `places`."""
    return texts[width * places.start + place :: width * places.step]


def product_id(body: bytes) -> bytes:
    return body[_ID:_ID_END]


def _decimals(random: Random, count: int) -> bytes:
    """That many even decimal digits."""
    found = b""
    while len(found) < count:
        found += random.randbytes(count + count // 8).translate(_DECIMAL, _UNEVEN)
    return found[:count]


def _zeros(firsts: bytes) -> list[int]:
    """The rows whose price is below 1000, by its first digit: JSON allows no zero in front."""
    return [match.start() for match in re.finditer(b"0", firsts)]


def _without_zeros(body: bytes) -> bytes:
    price = body[_PRICE:_PRICE_END].lstrip(b"0")
    return body[:_PRICE] + (b"0" + price if price.startswith(b".") else price) + body[_PRICE_END:]
