"""A way to PostgreSQL that loses the answer to one COMMIT: it was made, or it never arrived."""

import socket
import threading
from contextlib import suppress
from types import TracebackType

from typing_extensions import Self

_LONGEST = 60.0
_COMMIT = b"COMMIT\0"
"""As a simple query ends, and nothing of a COPY does."""


class CutAnswers:
    """A TCP proxy on 127.0.0.1 before a server's Unix socket; `port` is its own.

    The COMMIT that follows the `nth` begun COPY (from 1) is cut off from its sender without an answer. If it
    is to be `made`, the server gets it, but only once somebody has asked for the position that it moves.
    `cut` counts them.
    """

    def __init__(self, server: str, nth: int, *, made: bool) -> None:
        self._server, self._nth, self._made = server, nth, made
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._copies = 0
        self._asked = threading.Event()
        self.cut = 0
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            threading.Thread(target=_answer, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        due = False
        while sent := _received(client):
            due = due or self._counted(sent)
            was_asked = b"FOR UPDATE" in sent
            if due and sent.endswith(_COMMIT):
                self._cut(client, server, sent)
                return
            server.sendall(sent)
            if was_asked:
                self._asked.set()
        _close(server)

    def _counted(self, sent: bytes) -> bool:
        """Whether the COPY begins that the COMMIT to be cut belongs to."""
        if b"COPY eventq_effect" not in sent:
            return False
        with self._lock:
            self._copies += 1
            return self._copies == self._nth

    def _cut(self, client: socket.socket, server: socket.socket, commit: bytes) -> None:
        self.cut += 1
        _close(client)
        if self._made and self._asked.wait(_LONGEST):
            server.sendall(commit)
            server.shutdown(socket.SHUT_WR)  # what it answers goes nowhere
        else:
            _close(server)


def _answer(client: socket.socket, server: socket.socket) -> None:
    while sent := _received(server):
        with suppress(OSError):
            client.sendall(sent)
    _close(client)
    _close(server)


def _received(one: socket.socket) -> bytes:
    try:
        return one.recv(65536)
    except OSError:
        return b""


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
