"""Whether a cluster is ready: one Metadata request over a plain socket, so that no client library is needed.

The wire format is Kafka's, https://kafka.apache.org/protocol: a length, a header (api key, version,
correlation id, client id), the body; strings are a 16-bit length and the bytes, arrays a 32-bit count.
"""

import socket
import struct

from local_kafka.ports import HOST

_METADATA, _VERSION, _CORRELATION = 3, 1, 7
_NO_TOPICS = 0
_SECONDS = 2.0


def brokers(port: int) -> set[int] | None:
    """The ports that the cluster behind `port` advertises for its live brokers; None if no Kafka answers."""
    client = b"eventq-probe"
    body = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(client)) + client
    body += struct.pack(">i", _NO_TOPICS)
    try:
        with socket.create_connection((HOST, port), timeout=_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            stream = connection.makefile("rb")
            (size,) = struct.unpack(">i", stream.read(4))
            return _ports(stream.read(min(size, 1 << 20)))
    except (OSError, struct.error):
        return None


def _ports(answer: bytes) -> set[int] | None:
    """The brokers' ports in a Metadata answer of version 1; None when it is the answer to something else."""
    correlation, count = struct.unpack_from(">ii", answer)
    if correlation != _CORRELATION:
        return None
    found, at = set(), 8
    for _ in range(count):
        (host,) = struct.unpack_from(">h", answer, at + 4)
        (port,) = struct.unpack_from(">i", answer, at + 6 + host)
        (rack,) = struct.unpack_from(">h", answer, at + 10 + host)
        found.add(port)
        at += 12 + host + max(rack, 0)
    return found
