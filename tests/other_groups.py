"""Share and streams groups, made by the first heartbeat of a member: no Python client has them.

Laid out by hand as the protocol's ShareGroupHeartbeat 1 and StreamsGroupHeartbeat 0 say: compact strings and
arrays (length + 1), an empty set of tagged fields at the end of each structure.
"""

import socket
import struct
import uuid

_NULL = b"\0"
_NO_TAGS = b"\0"


def _string(text: str) -> bytes:
    return bytes([len(text) + 1]) + text.encode("ascii")


def _array(*items: bytes) -> bytes:
    return bytes([len(items) + 1]) + b"".join(items)


def _ask(bootstrap: str, api: int, version: int, body: bytes) -> int:
    """The answer's error code, which follows correlation id, tags and throttle time."""
    host, port = bootstrap.split(",", maxsplit=1)[0].rsplit(":", 1)
    message = struct.pack(">hhih", api, version, 1, 4) + b"test" + _NO_TAGS + body
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rb") as answers:
        connection.sendall(struct.pack(">i", len(message)) + message)
        (length,) = struct.unpack(">i", answers.read(4))
        return int(struct.unpack(">h", answers.read(length)[9:11])[0])


def share_group(bootstrap: str, group: str, topic: str) -> None:
    member = _string(str(uuid.uuid4())) + struct.pack(">i", 0)
    body = _string(group) + member + _NULL + _array(_string(topic)) + _NO_TAGS
    assert _ask(bootstrap, 76, 1, body) == 0


def streams_group(bootstrap: str, group: str, topic: str) -> None:
    """With a topology of one sub-topology that reads `topic`."""
    member = _string(str(uuid.uuid4())) + struct.pack(">ii", 0, 0) + _NULL + _NULL + struct.pack(">i", 30000)
    source = _string("0") + _array(_string(topic)) + _array() * 5 + _NO_TAGS
    topology = b"\1" + struct.pack(">i", 0) + _array(source) + _NO_TAGS
    tasks = _array() * 3
    rest = _string("process") + b"\xff" + _NULL * 3 + b"\0"
    body = _string(group) + member + topology + tasks + rest + _NO_TAGS
    assert _ask(bootstrap, 88, 0, body) == 0
