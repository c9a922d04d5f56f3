"""How many requests a client sends, whatever client it is: they pass a proxy on loopback that counts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Counter(ThreadingTCPServer):
    """In front of the one broker at `bootstrap`; `requests` are those of all clients so far."""

    daemon_threads = True

    def __init__(self, bootstrap: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        host, _, port = bootstrap.rpartition(":")
        self.broker = host, int(port)
        self._seen: list[int] = []
        self._theirs = _address(host, int(port))
        self._ours = _address(host, self.server_address[1])

    @property
    def bootstrap(self) -> str:
        return f"{self.broker[0]}:{self.server_address[1]}"

    @property
    def requests(self) -> int:
        return len(self._seen)

    def request(self, frame: bytes) -> bytes:
        self._seen.append(len(frame))
        return frame

    def response(self, frame: bytes) -> bytes:
        """The broker tells clients its address; they are to stay with this one, which is as long."""
        return frame.replace(self._theirs, self._ours)


class _Connection(StreamRequestHandler):
    server: Counter

    def handle(self) -> None:
        with socket.create_connection(self.server.broker) as broker, broker.makefile("rb") as answers:
            back = threading.Thread(target=self._answer, args=(answers,), daemon=True)
            back.start()
            for frame in frames(self.rfile):
                broker.sendall(self.server.request(frame))
            broker.shutdown(socket.SHUT_WR)
            back.join()

    def _answer(self, answers: BufferedIOBase) -> None:
        with suppress(OSError):  # a client need not wait for its answers
            for frame in frames(answers):
                self.wfile.write(self.server.response(frame))


@contextmanager
def counting(bootstrap: str) -> Iterator[Counter]:
    with Counter(bootstrap) as counter:
        serving = threading.Thread(target=counter.serve_forever)
        serving.start()
        try:
            yield counter
        finally:
            counter.shutdown()
            serving.join()


def _address(host: str, port: int) -> bytes:
    """As in every answer that names a broker: the host's text, then four bytes."""
    return host.encode() + port.to_bytes(4, "big")


def frames(source: BufferedIOBase) -> Iterator[bytes]:
    """Kafka's messages, each behind its length in four bytes."""
    while len(head := source.read(4)) == 4:
        yield head + source.read(int.from_bytes(head, "big"))
