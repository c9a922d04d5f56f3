"""An HTTP server for metrics that answers with what was published last."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from eventq.core.errors import EventqError


class _Collector:
    """What prometheus_client asks at each scrape."""

    def __init__(self, families: Callable[[], Iterable[Any]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Any]:
        return self._families()


@contextmanager
def serving(host: str, port: int, families: Callable[[], Iterable[Any]]) -> Iterator[int]:
    """Serves on `host`; yields the port, a free one for 0. EventqError when it can't listen there."""
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(families))
    try:
        server, thread = start_http_server(port, host, registry)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise EventqError(
            f"can't listen on {host}:{port}: {reason}",
            hint="--port 0 picks a free port, --listen sets the address",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
