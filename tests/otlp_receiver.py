"""A small OTLP receiver on loopback that keeps what it is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


class Receiver:
    def __init__(self, port: int = 0) -> None:
        self.paths: list[str] = []
        self.requests: list[Any] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.paths.append(self.path)
                receiver.requests.append(ExportMetricsServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port: int = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def points(self, name: str) -> dict[tuple[tuple[str, str], ...], float]:
        """Of the newest request: values by labels."""
        (resource,) = self.requests[-1].resource_metrics
        metrics = [metric for scope in resource.scope_metrics for metric in scope.metrics]
        found = {}
        for metric in metrics:
            if metric.name == name:
                for point in getattr(metric, metric.WhichOneof("data")).data_points:
                    labels = tuple(sorted((each.key, each.value.string_value) for each in point.attributes))
                    found[labels] = point.as_double if point.HasField("as_double") else float(point.as_int)
        return found


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(port)
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
