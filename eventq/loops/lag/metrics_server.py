"""An HTTP server for metrics that answers with what was published last, and says whether that is fresh.

/metrics (and /) · /healthz: 200 while it serves · /readyz: 200, or 503 with what is missing
"""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from eventq.core.errors import EventqError

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Why a connection can't be accepted now: it stays in the queue, and the next attempt would fail at once."""
_PAUSE_SECONDS = 0.2

Pause = Callable[[float], object]
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Collector:
    """What prometheus_client asks at each scrape."""

    def __init__(self, families: Callable[[], Iterable[Any]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Any]:
        return self._families()


class _Server(ThreadingMixIn, WSGIServer):
    """A thread a request. Where no connection can be accepted it tries again after a pause."""

    daemon_threads = True

    def __init__(self, host: str, port: int, pause: Pause) -> None:
        self.address_family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        self._pause = pause
        super().__init__((str(address[0]), port), _SilentHandler)

    def get_request(self) -> Any:
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in _EXHAUSTED:
                self._pause(_PAUSE_SECONDS)
            raise


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """A scrape is no news."""


def _routed(metrics: App, missing: Callable[[], str | None]) -> App:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in {"", "/", "/metrics"}:
            return metrics(environ, start_response)
        status, text = _answer(path, missing)
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [f"{text}\n".encode()]

    return app


def _answer(path: str, missing: Callable[[], str | None]) -> tuple[str, str]:
    if path == "/healthz":
        return "200 OK", "serving"
    if path == "/readyz":
        reason = missing()
        return ("200 OK", "ready") if reason is None else ("503 Service Unavailable", reason)
    return "404 Not Found", "there are /metrics, /healthz and /readyz"


@contextmanager
def serving(
    host: str,
    port: int,
    families: Callable[[], Iterable[Any]],
    missing: Callable[[], str | None],
    pause: Pause = time.sleep,
) -> Iterator[int]:
    """Serves on `host`; yields the port, a free one for 0. EventqError when it can't listen there.

    `missing`: what keeps it from being ready, None when nothing does.
    """
    from prometheus_client import CollectorRegistry, make_wsgi_app

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(families))
    try:
        server = _Server(host, port, pause)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise EventqError(
            f"can't listen on {host}:{port}: {reason}",
            hint="--port 0 picks a free port, --listen sets the address",
        ) from error
    server.set_app(_routed(make_wsgi_app(registry), missing))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
