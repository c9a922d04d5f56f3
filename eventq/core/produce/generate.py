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
_ROW = _HEAD + b"--------------4---------------------" + _MIDDLE + b"----.---" + _TAIL
_ID = len(_HEAD)
_ID_END = _ID + 36
_PRICE = _ID_END + len(_MIDDLE)
_PRICE_END = _PRICE + 8
_HEX = [_ID + i for i in range(36) if i not in {8, 13, 18, 23}]
_DIGITS = [_PRICE + i for i in range(8) if i != 4]  # noqa: PLR2004 - the decimal point
_ID_BYTES, _VERSION_BYTE, _VARIANT_BYTE = 16, 6, 8
_RANDOM_OF_STAMPED = range(_VERSION_BYTE, 10)
_SEQUENCE, _SEQUENCE_DIGITS = 20, 12
_WIDE = 16
"""Digits of a number in 64 bits."""
_LOW_PERIOD = 16**3
_MOST_HIGH = 16 ** (_SEQUENCE_DIGITS - 3) - 1
_LOW_DIGITS = [
    b"".join(b"%x" % digit * repeats for digit in range(16)) * (_LOW_PERIOD // 16 // repeats) * 2
    for repeats in (256, 16, 1)
]
"""The last three digits of the numbers from 0 on, each in a column, for two of its periods."""
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

    @property
    def row(self) -> bytes:
        """What all rows have in common."""
        head = f"{self.run}-{self.worker:04x}".encode()
        return _ROW[:_ID] + head + _ROW[_ID + len(head) :]


def bodies(
    seed: int, block: int, places: range = _WHOLE, tail: bytes = b"", stamp: IdStamp | None = None
) -> list[bytes]:
    """The block's events up to the time, `{"productId":"…","price":…,"purchasedAt":`, and the same `tail`.

    Only those at `places`, from a start in steps to the block's end; the others are not written at all.
    Ids are valid random (version 4) UUIDs, prices even over [0, 10000) in thousandths.
    """
    random, count, width = Random(f"{seed}/{block}"), len(places), len(_ROW) + len(tail)
    rows = bytearray(((_ROW if stamp is None else stamp.row) + tail) * count)
    _write_random(random.randbytes(_ID_BYTES * BLOCK), places, rows, width, stamped=stamp is not None)
    if stamp is not None:
        for at, column in zip(_HEX[_SEQUENCE:], _sequence_columns(stamp.sequences), strict=True):
            rows[at::width] = column
    prices = _decimals(random, len(_DIGITS) * BLOCK)
    for place, at in enumerate(_DIGITS):
        rows[at::width] = _column(prices, place, len(_DIGITS), places)
    made = list(struct.unpack(f"{width}s" * count, rows))
    for i in _zeros(_column(prices, 0, len(_DIGITS), places)):
        made[i] = _without_zeros(made[i])
    return made


def _write_random(drawn: bytes, places: range, rows: bytearray, width: int, *, stamped: bool) -> None:
    """Each byte of an id is two columns; the version, which is none of them, stands in the row already."""
    for byte in _RANDOM_OF_STAMPED if stamped else range(_ID_BYTES):
        digits = drawn[_ID_BYTES * places.start + byte :: _ID_BYTES * places.step].hex().encode()
        high, low = digits[::2], digits[1::2]
        if byte == _VARIANT_BYTE:
            high = high.translate(_EIGHT_TO_B)
        if byte != _VERSION_BYTE:
            rows[_HEX[2 * byte] :: width] = high
        rows[_HEX[2 * byte + 1] :: width] = low


def _sequence_columns(sequences: Sequence[int]) -> list[bytes]:
    """The first digits of all sequence numbers, the second ones, and so on."""
    if isinstance(sequences, range):
        return _counting_columns(sequences.start, len(sequences))
    numbers = array("Q", sequences)
    if sys.byteorder == "little":
        numbers.byteswap()
    digits = numbers.tobytes().hex().encode()
    return [digits[place::_WIDE] for place in range(_WIDE - _SEQUENCE_DIGITS, _WIDE)]


def _counting_columns(first: int, count: int) -> list[bytes]:
    """Of numbers that follow each other, too few for more than the last three digits to change twice."""
    high, low = divmod(first, _LOW_PERIOD)
    before = min(count, _LOW_PERIOD - low)
    next_high = min(high + 1, _MOST_HIGH)  # none comes behind the last
    digits = zip(f"{high:09x}".encode(), f"{next_high:09x}".encode(), strict=True)
    highs = [bytes((one,)) * before + bytes((other,)) * (count - before) for one, other in digits]
    return [*highs, *(column[low : low + count] for column in _LOW_DIGITS)]


def _column(texts: bytes, place: int, width: int, places: range) -> bytes:
    """The character at `place` of each of those texts of `width` characters that are at `places`."""
    return texts[width * places.start + place :: width * places.step]


def product_id(body: bytes) -> bytes:
    return body[_ID:_ID_END]


def sequence(body: bytes) -> int:
    """What the id of a stamped event says."""
    return int(body[_ID_END - _SEQUENCE_DIGITS : _ID_END], 16)


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
