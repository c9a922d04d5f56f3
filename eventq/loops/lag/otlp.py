"""An OTLP collector over OpenTelemetry's own exporter."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eventq.core.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.resources import Resource

_NO_ANSWER = "no answer"


class _LastWords(logging.Handler):
    """Keeps what the exporter said last of a failure: it returns no reason, and nothing else may print it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reason: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """An error without a reason of its own leaves that of the attempts before it."""
        said = record.getMessage()
        if self.reason is None or "max retries" not in said:
            self.reason = said


class OtlpCollector:
    """`url` is what metrics are posted to. UsageError for variables of OpenTelemetry that it can't read."""

    def __init__(self, url: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        self._words = _LastWords()
        logger = logging.getLogger("opentelemetry")
        logger.addHandler(self._words)
        logger.propagate = False
        try:
            self._exporter = OTLPMetricExporter(endpoint=url)
        except (ValueError, OSError) as error:
            raise UsageError(
                f"OpenTelemetry can't use its settings: {error}",
                hint="see the variables OTEL_EXPORTER_OTLP_…",
            ) from error

    def send(self, data: "MetricsData") -> str | None:
        """Why it was not taken, None if it was. Takes as long as OTEL_EXPORTER_OTLP_TIMEOUT says (10 s)."""
        from opentelemetry.sdk.metrics.export import MetricExportResult

        self._words.reason = None
        try:
            done = self._exporter.export(data)
        except Exception as error:
            return str(error) or type(error).__name__
        return None if done is MetricExportResult.SUCCESS else self._words.reason or _NO_ANSWER

    def close(self) -> None:
        self._exporter.shutdown()


@contextmanager
def collector(url: str) -> Iterator[OtlpCollector]:
    opened = OtlpCollector(url)
    try:
        yield opened
    finally:
        opened.close()


def resource() -> "Resource":
    """Who it comes from: OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES, else the service `eventq`."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    found = Resource.create()
    named = not str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service")
    return found if named else found.merge(Resource({SERVICE_NAME: "eventq"}))
