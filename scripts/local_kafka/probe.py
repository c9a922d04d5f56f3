"""Whether a cluster is ready: two requests over a plain socket, so that no client library is needed.

The wire format is Kafka's, https://kafka.apache.org/protocol: a length, a header (api key, version,
correlation id, client id), the body; strings are a 16-bit length and the bytes, arrays a 32-bit count.
"""

import socket
import struct

from local_kafka.ports import HOST

_METADATA = (3, 1)
_FIND_COORDINATOR = (10, 0)
_CORRELATION = 7
_CLIENT = b"eventq-probe"
_SECONDS = 2.0


def brokers(port: int) -> set[int] | None:
    """The ports that the cluster behind `port` advertises for its live brokers; None if no Kafka answers."""
    no_topics = struct.pack(">i", 0)
    answer = _ask(port, _METADATA, no_topics)
    return None if answer is None else _ports(answer)


def coordinates_groups(port: int) -> bool:
    """Whether groups have a coordinator. The first to ask makes Kafka create the topic of their offsets."""
    answer = _ask(port, _FIND_COORDINATOR, struct.pack(">h", len(_CLIENT)) + _CLIENT)
    return answer is not None and struct.unpack_from(">h", answer) == (0,)


def _ask(port: int, request: tuple[int, int], body: bytes) -> bytes | None:
    """The answer's body; None if nothing answers, or something that is not Kafka."""
    message = struct.pack(">hhih", *request, _CORRELATION, len(_CLIENT)) + _CLIENT + body
    try:
        with socket.create_connection((HOST, port), timeout=_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(message)) + message)
            stream = connection.makefile("rb")
            size, correlation = struct.unpack(">ii", stream.read(8))
            return stream.read(min(size - 4, 1 << 20)) if correlation == _CORRELATION else None
    except (OSError, struct.error):
        return None


def _ports(answer: bytes) -> set[int]:
    """The brokers' ports in the body of a Metadata answer: count, then id, host, port and rack of each."""
    found, at = set(), 4
    for _ in range(*struct.unpack_from(">i", answer)):
        (host,) = struct.unpack_from(">h", answer, at + 4)
        (port,) = struct.unpack_from(">i", answer, at + 6 + host)
        (rack,) = struct.unpack_from(">h", answer, at + 10 + host)
        found.add(port)
        at += 12 + host + max(rack, 0)
    return found
