"""A listener that speaks TLS and then hangs up, and counts the handshakes."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread


class TlsListener:
    def __init__(self, own: Path, clients_ca: Path | None) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(own)
        if clients_ca is not None:
            self._context.load_verify_locations(clients_ca)
            self._context.verify_mode = ssl.CERT_REQUIRED
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self.socket.getsockname())
        self.handshakes = 0

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                peer = self.socket.accept()[0]
                with suppress(OSError), closing(peer):
                    peer.settimeout(10)
                    with self._context.wrap_socket(peer, server_side=True) as secure:
                        self.handshakes += 1
                        secure.recv(1)


@contextmanager
def listening(own: Path, clients_ca: Path | None = None) -> Iterator[TlsListener]:
    """`own` has the listener's key and certificate; with `clients_ca` it wants a certificate by that CA."""
    listener = TlsListener(own, clients_ca)
    thread = Thread(target=listener.serve)
    thread.start()
    try:
        yield listener
    finally:
        listener.socket.shutdown(socket.SHUT_RDWR)
        listener.socket.close()
        thread.join()
