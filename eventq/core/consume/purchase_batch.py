"""What is malformed among many values at once: the common form is recognised for a whole batch in C.

The values are joined by line ends and matched by one expression, which takes no line end inside a record: if
it matches the text without a gap, once per value, each match is exactly one value. The expression leaves the
UUID, 36 bytes at a fixed place, to a second look, because it is slow at counted sets: mapped to zeros, all of
them must look like one UUID. Whatever does not fit so is judged value by value.
"""

import re
from collections.abc import Callable, Sequence
from typing import cast

from eventq.core.purchase import fault, json_fault

_PREFIX = b'{"productId":"'
_UUID = slice(len(_PREFIX), len(_PREFIX) + 36)
_LINES = re.compile(
    re.escape(_PREFIX)
    + rb'[^\n]{36}","price":(?!0\d)[0-9]{1,4}(?:\.[0-9]+)?,"purchasedAt":(?!0\d)[0-9]{1,18}\}\n'
)
_TO_ZERO = bytes.maketrans(b"0123456789abcdef", b"0" * 16)
_ZEROS = b"00000000-0000-0000-0000-000000000000"


def purchase_faults(values: Sequence[bytes | None]) -> dict[int, str]:
    """The index of every value that is not a Purchase, and why."""
    return {} if _all_common(values) else _each(fault, values)


def json_faults(values: Sequence[bytes | None]) -> dict[int, str]:
    return _each(json_fault, values)


def no_faults(_values: Sequence[bytes | None]) -> dict[int, str]:
    return {}


def _each(fault_of: Callable[[bytes | None], str | None], values: Sequence[bytes | None]) -> dict[int, str]:
    found = ((i, fault_of(value)) for i, value in enumerate(values))
    return {i: why for i, why in found if why is not None}


def _all_common(values: Sequence[bytes | None]) -> bool:
    if None in values:
        return False
    known = cast("Sequence[bytes]", values)
    if _LINES.subn(b"", b"\n".join(known) + b"\n") != (b"", len(known)):
        return False
    return b"".join([value[_UUID] for value in known]).translate(_TO_ZERO) == _ZEROS * len(known)
