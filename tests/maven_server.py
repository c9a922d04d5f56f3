"""A Maven repository on loopback that misbehaves as a test says."""

import http.client
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, TypeAlias

Answer: TypeAlias = Callable[["Request"], None]


class Request:
    """One request that has come, and the means to answer it."""

    def __init__(self, handler: Any, content: bytes | None) -> None:
        self.method, self.path, self.headers = handler.command, handler.path, dict(handler.headers)
        self._handler, self.content = handler, content

    @property
    def begin(self) -> int:
        """Where the range that is asked for begins."""
        return int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))

    def send(self, code: int, body: bytes = b"", *, length: int | None = None, location: str = "") -> None:
        self._handler.send_response(code)
        self._handler.send_header("Content-Length", str(len(body) if length is None else length))
        if location:
            self._handler.send_header("Location", location)
        self._handler.end_headers()
        self._handler.wfile.write(body)
        self._handler.wfile.flush()


def whole(request: Request) -> None:
    """The file, or the range of it that is asked for."""
    if request.content is None:
        request.send(404)
    elif "Range" in request.headers:
        request.send(206, request.content[request.begin :])
    else:
        request.send(200, request.content)


def without_ranges(request: Request) -> None:
    assert request.content is not None
    request.send(200, request.content)


def cut(size: int) -> Answer:
    """As many bytes of what it promises."""

    def answer(request: Request) -> None:
        assert request.content is not None
        rest = request.content[request.begin :]
        request.send(206 if request.begin else 200, rest[:size], length=len(rest))

    return answer


def status(code: int, location: str = "") -> Answer:
    return lambda request: request.send(code, b"no", location=location)


def body(content: bytes) -> Answer:
    return lambda request: request.send(200, content)


class MavenServer:
    """Serves `files` by their paths; the answers in `next`, if any, come first."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.next: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.always: Answer | None = None
        self.requests: list[Request] = []
        self.over = Event()
        """Set when the test is over: an answer may wait for it."""
        self._lock = Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def do_CONNECT(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base has it
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.endswith(path)]

    def answer(self, handler: Any) -> None:
        path = handler.path.lstrip("/")
        request = Request(handler, self.files.get(path))
        with self._lock:
            self.requests.append(request)
            waiting = self.next[path]
            answer = waiting.popleft() if waiting else self.always or whole
        try:
            answer(request)
        except (ConnectionError, http.client.HTTPException):
            handler.close_connection = True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.over.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@contextmanager
def maven_server() -> Iterator[MavenServer]:
    server = MavenServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
