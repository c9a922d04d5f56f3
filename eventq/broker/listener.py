"""What a listener speaks, asked of it when no client could use it: no login is tried."""

import socket
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass

_SECONDS = 1.0
_PORT = 9092
_LARGEST_ANSWER = 64 * 1024
_REQUEST = struct.pack(">hhih6sh5s", 17, 1, 1, 6, b"eventq", 5, b"PLAIN")
"""SaslHandshake version 1, for the mechanism PLAIN."""
_NO_LOGIN_HERE = 34
"""ILLEGAL_SASL_STATE, the answer of a listener without SASL."""


@dataclass(frozen=True, slots=True)
class Listener:
    """`mechanisms` of its SASL; empty without SASL, None where it did not say."""

    address: str
    tls: bool
    mechanisms: tuple[str, ...] | None

    @property
    def protocol(self) -> str:
        """As `security.protocol` names it."""
        if self.mechanisms:
            return "SASL_SSL" if self.tls else "SASL_PLAINTEXT"
        return "SSL" if self.tls else "PLAINTEXT"


def host_and_port(address: str) -> tuple[str, int]:
    """Of `host`, `host:port` or `[IPv6]:port`."""
    host, separator, port = address.rpartition(":")
    if not separator or "]" in port:
        return address.strip("[]"), _PORT
    return host.strip("[]"), int(port)


def asked(bootstrap: str) -> Listener | None:
    """The first listener that says what it speaks."""
    return next(filter(None, map(_listener, bootstrap.split(","))), None)


def _listener(address: str) -> Listener | None:
    try:
        with _connected(address) as plain:
            return Listener(address, tls=False, mechanisms=_mechanisms(plain))
    except TimeoutError:
        return None
    except (OSError, ValueError, struct.error):
        return _tls_listener(address)


def _tls_listener(address: str) -> Listener | None:
    """Whatever its certificate is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    mechanisms = None
    try:
        with _connected(address) as plain, context.wrap_socket(plain) as peer:
            with suppress(OSError, ValueError, struct.error):  # it may want a certificate first
                mechanisms = _mechanisms(peer)
            return Listener(address, tls=True, mechanisms=mechanisms)
    except (OSError, ValueError):
        return None


def _connected(address: str) -> socket.socket:
    return socket.create_connection(host_and_port(address), _SECONDS)


def _mechanisms(peer: socket.socket) -> tuple[str, ...]:
    """ValueError for an answer that is none of Kafka's."""
    peer.sendall(struct.pack(">i", len(_REQUEST)) + _REQUEST)
    (size,) = struct.unpack(">i", _read(peer, 4))
    if not 0 < size < _LARGEST_ANSWER:
        raise ValueError("no answer of Kafka's")
    answer = _read(peer, size)
    _, code, count = struct.unpack_from(">ihi", answer)
    at, found = 10, list[str]()
    for _ in range(count):
        (length,) = struct.unpack_from(">h", answer, at)
        found.append(answer[at + 2 : at + 2 + length].decode())
        at += 2 + length
    return () if code == _NO_LOGIN_HERE else tuple(found)


def _read(peer: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = peer.recv(count - len(found))
        if not more:
            raise ValueError("hung up")
        found += more
    return found
