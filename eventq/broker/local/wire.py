"""Kafka's protocol over a plain socket, as far as the probe needs it; https://kafka.apache.org/protocol.

A message is a length, a header (api key, version, correlation id, client id) and a body. Strings are a 16-bit
length and the bytes, arrays a 32-bit count and the elements; a length or count of -1 is null.
"""

import socket
import struct
from collections.abc import Iterable, Sequence

from eventq.core.local.cluster import HOST

CLIENT = "eventq-probe"
_SECONDS = 2.0
_SMALLEST, _LARGEST = 4, 1 << 20

Api = tuple[int, int]
"""Its key and version."""


def string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode("ascii")


def array(elements: Sequence[bytes]) -> bytes:
    return struct.pack(">i", len(elements)) + b"".join(elements)


class Answer:
    """The body of an answer, read from its beginning; struct.error beyond its end."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def int16(self) -> int:
        return self._number(">h")

    def int32(self) -> int:
        return self._number(">i")

    def skip(self, size: int) -> None:
        self._at += size

    def skip_string(self) -> None:
        self.skip(max(self.int16(), 0))

    def items(self) -> Iterable[int]:
        """Once for each element of the array that begins here."""
        return range(self.int32())

    def _number(self, form: str) -> int:
        (number,) = struct.unpack_from(form, self._body, self._at)
        self._at += struct.calcsize(form)
        return int(number)


def ask(port: int, api: Api, *bodies: bytes) -> list[Answer]:
    """The answers to requests over one connection; OSError or struct.error if Kafka does not give them."""
    with socket.create_connection((HOST, port), timeout=_SECONDS) as connection:
        connection.sendall(b"".join(_message(api, number, body) for number, body in enumerate(bodies)))
        stream = connection.makefile("rb")
        found = []
        for number in range(len(bodies)):
            size, correlation = struct.unpack(">ii", stream.read(8))
            if correlation != number or not _SMALLEST <= size <= _LARGEST:
                raise ConnectionError(f"what answers at port {port} is not Kafka")
            found.append(Answer(stream.read(size - 4)))
        return found


def _message(api: Api, correlation: int, body: bytes) -> bytes:
    message = struct.pack(">hhi", *api, correlation) + string(CLIENT) + body
    return struct.pack(">i", len(message)) + message
